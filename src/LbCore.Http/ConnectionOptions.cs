using System;

namespace LbCore.Http;

/// <summary>The options of Connection fields that are not names of other fields (RFC 9110 section 7.6.1).</summary>
[Flags]
internal enum ConnectionOptions : byte
{
    None = 0,
    Close = 1,
    KeepAlive = 2,
    Upgrade = 4,
}
