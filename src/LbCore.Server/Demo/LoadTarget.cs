using System.Net;

namespace LbCore.Server.Demo;

/// <summary>Is a listener that the load goes to.</summary>
internal sealed record LoadTarget(IPEndPoint Address, bool IsTcp)
{
    public string Scheme => IsTcp ? "tcp" : "http";
}
