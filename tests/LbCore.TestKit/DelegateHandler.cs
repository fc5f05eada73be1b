using System;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.TestKit;

/// <summary>Serves connections with a delegate.</summary>
public sealed class DelegateHandler(Func<TransportConnection, Task> handle) : IConnectionHandler
{
    public Task HandleAsync(TransportConnection connection) => handle(connection);
}
