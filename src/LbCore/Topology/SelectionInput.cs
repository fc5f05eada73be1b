using System;

namespace LbCore.Topology;

/// <summary>What of one connection or request its strategy chooses by, kept for every attempt.</summary>
/// <param name="ClientAddress">The client's address, an IPv4 one as ::ffff:a.b.c.d; 0 when it is not known, or not asked for.</param>
/// <param name="KeyHash">The hash of the key's bytes.</param>
/// <param name="HasKey">Whether the connection or request has the key.</param>
internal readonly record struct SelectionInput(UInt128 ClientAddress, ulong KeyHash, bool HasKey);
