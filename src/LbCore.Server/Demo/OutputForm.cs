namespace LbCore.Server.Demo;

/// <summary>Names how the demo shows itself.</summary>
internal enum OutputForm
{
    Table,
    Plain,
    Json,
}
