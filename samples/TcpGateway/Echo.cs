using System.Buffers;
using System.Text;
using System.Threading.Tasks;
using LbCore.Transport;

namespace TcpGateway;

/// <summary>A backend: says its name, then sends back what it gets until the client has said all.</summary>
internal sealed class Echo(string name) : IConnectionHandler
{
    private readonly byte[] _greeting = Encoding.ASCII.GetBytes(name + ": ");

    public async Task HandleAsync(TransportConnection connection)
    {
        await connection.SendAsync(new ReadOnlySequence<byte>(_greeting));
        while (true)
        {
            var read = await connection.Input.ReadAsync();
            if (!read.Buffer.IsEmpty && (await connection.SendAsync(read.Buffer)).IsCompleted)
            {
                return;
            }

            connection.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
