// A gateway with a strategy of its own: LbCore on 127.0.0.1:8080, in front of three tiny backends on ports that the system picks.
using CustomStrategy;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0", "http://127.0.0.1:0", "http://127.0.0.1:0");
builder.Services
    .AddLbCore((services, options) =>
    {
        var backends = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(url => new Uri(url));
        options.Listeners["web"] = new ListenerOptions { Address = "127.0.0.1:8080", Cluster = "app" };
        options.Clusters["app"] = new ClusterOptions { Strategy = { Type = "fill-first", Parameters = { ["upTo"] = "2" } } };
        backends.ToList().ForEach(url => options.Clusters["app"].Backends[$"port-{url.Port}"] = new BackendOptions { Address = url.Authority });
    })
    .AddStrategy<FillFirst>();
builder.Services.AddLbCore(builder.Configuration.GetSection("LbCore")); // Command line, environment and appsettings.json go over it.
await using var app = builder.Build();
app.Run(async context =>
{
    await Task.Delay(1000, context.RequestAborted);
    await context.Response.WriteAsync($"Hello from port {context.Connection.LocalPort}.\n");
});
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(
    $"Each answer takes a second. Ask five times at once: the first backend gets two, the next two, the last one.\n"
    + $"for i in 1 2 3 4 5; do curl -s http://{app.Services.GetRequiredService<LoadBalancer>().EndPoints["web"]}/ & done; wait"));
try
{
    await app.RunAsync();
}
catch (ListenException e)
{
    Console.Error.WriteLine($"{e.Message} For another address: dotnet run -- --LbCore:listeners:web:address=127.0.0.1:8081");
    Environment.ExitCode = 3;
}
