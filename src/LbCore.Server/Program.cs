using LbCore.Server.Commands;
using LbCore.Server.Hosting;

StandardDescriptors.Occupy();
return await CommandLine.RunAsync(args).ConfigureAwait(false);
