namespace LbCore.EndToEndTests.Harness;

/// <summary>Names the engines that every test of real traffic runs on.</summary>
internal static class Engines
{
    public const string Epoll = "epoll";
    public const string Managed = "managed";

    /// <summary>Gets both, for <c>TestFixtureSource</c>.</summary>
    public static string[] All { get; } = [Epoll, Managed];
}
