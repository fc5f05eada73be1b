namespace LbCore.Server;

/// <summary>The exit codes that scripts rely on. A second signal ends the process with 128 and the signal's number.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>The configuration has errors; also: a loop died and the process cannot go on.</summary>
    public const int BadConfiguration = 1;

    public const int LoopDied = 1;

    /// <summary>The demo lost a request outside its announced faults.</summary>
    public const int RequestsLost = 1;

    /// <summary>The demo itself failed.</summary>
    public const int DemoFailed = 1;

    /// <summary>Standard output did not take what was asked for.</summary>
    public const int CouldNotWrite = 1;

    public const int BadUsage = 2;

    /// <summary>It could not start: an address is in use, or the engine does not run here.</summary>
    public const int CouldNotStart = 3;
}
