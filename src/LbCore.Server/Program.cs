using LbCore.Server.Commands;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
