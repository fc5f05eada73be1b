namespace LbCore.Http;

/// <summary>What becomes of a forwarding field.</summary>
internal enum ForwardingMode : byte
{
    /// <summary>A trusted sender's value is kept, in front of ours if the field is a list; anybody else's is replaced.</summary>
    Append,

    /// <summary>Whatever was sent is replaced.</summary>
    Set,

    /// <summary>None is written. A trusted sender's goes on as it is.</summary>
    Off,
}
