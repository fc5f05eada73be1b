namespace LbCore.Http;

/// <summary>The methods that change how a message is framed, or whether it may be sent again.</summary>
internal enum HttpMethod : byte
{
    /// <summary>Any other method, standard or not.</summary>
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Connect,
    Options,
    Trace,
    Patch,
}
