using System;

namespace LbCore.Server.Demo;

/// <summary>Says what one backend of the demo is like.</summary>
/// <param name="Name">Its name, which its answers carry.</param>
/// <param name="Delay">How long it takes to answer.</param>
/// <param name="FaultEvery">It answers 503 to every request whose number this divides; 0 to none.</param>
/// <param name="AnnouncesFaults">Whether its 503s say that they are part of the demo. Those that do not are lost requests.</param>
internal sealed record BackendSpec(string Name, TimeSpan Delay = default, int FaultEvery = 0, bool AnnouncesFaults = true);
