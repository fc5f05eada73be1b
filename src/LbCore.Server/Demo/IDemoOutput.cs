using System.Threading.Channels;
using System.Threading.Tasks;

namespace LbCore.Server.Demo;

/// <summary>Shows what the demo has to say.</summary>
internal interface IDemoOutput
{
    /// <summary>Shows everything, up to the end of the channel.</summary>
    Task RunAsync(ChannelReader<DemoMessage> messages);
}
