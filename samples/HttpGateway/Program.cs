// An HTTP gateway in one process: LbCore on 127.0.0.1:8080, in front of two tiny backends on ports that the system picks.
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0", "http://127.0.0.1:0");
builder.Services.AddLbCore((services, options) =>
{
    var backends = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(url => new Uri(url));
    options.Listeners["web"] = new ListenerOptions { Address = "127.0.0.1:8080", Cluster = "app" };
    options.Clusters["app"] = new ClusterOptions();
    backends.ToList().ForEach(url => options.Clusters["app"].Backends[$"port-{url.Port}"] = new BackendOptions { Address = url.Authority });
});
builder.Services.AddLbCore(builder.Configuration.GetSection("LbCore")); // Command line, environment and appsettings.json go over it.
await using var app = builder.Build();
app.Run(context => context.Response.WriteAsync($"Hello from port {context.Connection.LocalPort}.\n"));
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Try it, several times: curl http://{app.Services.GetRequiredService<LoadBalancer>().EndPoints["web"]}/"));
try
{
    await app.RunAsync();
}
catch (ListenException e)
{
    Console.Error.WriteLine($"{e.Message} For another address: dotnet run -- --LbCore:listeners:web:address=127.0.0.1:8081");
    Environment.ExitCode = 3;
}
