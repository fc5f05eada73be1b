using LbCore.Transport;

namespace LbCore.TestKit;

/// <summary>Names one set-up that a contract test runs on.</summary>
public sealed record EngineCase(EngineKind Engine, int Loops, bool Tls)
{
    public override string ToString() =>
        $"{(Engine == EngineKind.Epoll ? "epoll" : "managed")}, {Loops} loop{(Loops == 1 ? "" : "s")}, {(Tls ? "TLS" : "bare")}";
}
