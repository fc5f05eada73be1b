using System;
using System.Linq;
using System.Net;
using System.Text;
using LbCore.Http;
using LbCore.Http.Tests;

namespace LbCore.Fuzz.Http;

/// <summary>
/// What proxies say of the client: each line is a field of X-Forwarded-For, of Forwarded and of X-Real-IP, and an address. A
/// slow reader walks through the same addresses, and finds the same client behind ours. Nothing is allocated.
/// </summary>
internal sealed class ClientAddressTarget : BytesTarget
{
    private static readonly (KnownField Kind, string Name)[] Kinds =
        [(KnownField.XForwardedFor, "X-Forwarded-For"), (KnownField.Forwarded, "Forwarded"), (KnownField.XRealIp, "X-Real-IP")];

    private static readonly IPNetwork[] Ours = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")];

    public override string Name => "client-addresses";

    public override void Run(byte[] bytes, int most)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        foreach (var line in lines)
        {
            var slow = SlowAddresses.Read(line);
            var isOne = MappedAddress.TryParse(Parsed.Bytes(line), out var address);
            Claim.That(isOne == slow is not null && (slow is null || MappedAddress.From(slow) == address), $"'{line}' is not {slow?.ToString() ?? "no address"}");
        }

        var fields = lines.Select(static line => line.Trim(' ', '\t')).ToArray();
        var head = new RequestHead();
        foreach (var (kind, name) in Kinds)
        {
            if (Heads.Request(name, fields, head) is { } request)
            {
                CheckWalk(request, head, kind, fields);
            }
        }
    }

    private static void CheckWalk(byte[] request, RequestHead head, KnownField kind, string[] fields)
    {
        var slow = SlowAddresses.Walk(kind, fields);
        var addresses = new ForwardedAddresses(request, head, kind);
        foreach (var expected in slow)
        {
            Claim.That(addresses.TryNext(out var address) && address == MappedAddress.From(expected), $"{kind}: {expected} is not found");
        }

        Claim.That(!addresses.TryNext(out _) && !addresses.TryNext(out _), $"{kind}: more is found than {string.Join(' ', slow)}");
        var trusted = new AddressNetworks(Ours);
        var client = slow.Find(static address => !IsOurs(address)) ?? slow.LastOrDefault();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isFound = ClientAddress.TryFind(request, head, kind, trusted, out var found);
        Claim.That(GC.GetAllocatedBytesForCurrentThread() == before, "to find the client allocates");
        Claim.That(isFound == client is not null && (client is null || MappedAddress.From(client) == found), $"{kind}: the client is {client}");
    }

    private static bool IsOurs(IPAddress mapped) =>
        Array.Exists(Ours, network => network.Contains(mapped.IsIPv4MappedToIPv6 ? mapped.MapToIPv4() : mapped));
}
