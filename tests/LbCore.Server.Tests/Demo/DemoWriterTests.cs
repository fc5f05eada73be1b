using System.IO;
using System.Text;
using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class DemoWriterTests
{
    [Test]
    public void What_is_flushed_is_written_as_utf8()
    {
        using var stream = new MemoryStream();
        using var writer = new DemoWriter(stream, static () => Assert.Fail("Nothing is broken."));
        writer.WriteLine("▁█");
        writer.Flush();

        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Is.EqualTo("▁█\n"));
    }

    [Test]
    public void A_broken_stream_is_told_once_and_throws_nothing()
    {
        var told = 0;
        using var writer = new DemoWriter(new BrokenStream(), () => told++);
        writer.WriteLine("one");
        writer.Flush();
        writer.WriteLine("two");
        writer.Flush();

        Assert.That(told, Is.EqualTo(1));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(System.ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
