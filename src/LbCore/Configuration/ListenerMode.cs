namespace LbCore.Configuration;

/// <summary>Names what a listener speaks.</summary>
public enum ListenerMode
{
    /// <summary>HTTP requests are balanced one by one.</summary>
    Http,

    /// <summary>Connections are balanced; their bytes are passed on as they are.</summary>
    Tcp,
}
