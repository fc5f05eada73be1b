using System;
using System.Text;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.Transport.Tests;

/// <summary>A client for test code that runs on a loop: every call comes back to the loop.</summary>
/// <remarks>Such code must not use Assert.That with an asynchronous delegate, which blocks; see <see cref="CatchAsync"/>.</remarks>
public sealed class LoopClient(RawClient client, EventLoop loop)
{
    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public Task SendAsync(byte[] bytes) => BackAsync(client.WriteAsync(bytes));

    public Task<byte[]> ReadExactlyAsync(int count) => BackAsync(client.ReadExactlyAsync(count));

    public Task<RawEnd> ReadUntilClosedAsync() => BackAsync(client.ReadUntilClosedAsync());

    public Task HalfCloseAsync() => BackAsync(client.HalfCloseAsync());

    public void Reset() => client.Reset();

    public RawClient Raw => client;

    public async Task BackAsync(Task task)
    {
        try
        {
            await task;
        }
        finally
        {
            await loop.SwitchTo();
        }
    }

    public async Task<T> BackAsync<T>(Task<T> task)
    {
        try
        {
            return await task;
        }
        finally
        {
            await loop.SwitchTo();
        }
    }

    /// <summary>Returns what the code throws, or null.</summary>
    public async Task<Exception?> CatchAsync(Func<Task> code)
    {
        try
        {
            await code();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            await loop.SwitchTo();
        }
    }
}
