using System;

namespace LbCore.Http;

/// <summary>Finds the client's address behind proxies.</summary>
internal static class ClientAddress
{
    /// <summary>
    /// Finds the first address from the right that is not one of ours; the leftmost one when all are, or the last before an
    /// entry that cannot be read. False when there is none: the client is then whoever the connection came from.
    /// </summary>
    /// <param name="bytes">The bytes of the head.</param>
    /// <param name="head">The head of a request from a sender that is trusted.</param>
    /// <param name="field">The field to believe; see <see cref="ForwardedAddresses"/>.</param>
    /// <param name="trusted">The networks of the proxies whose word counts.</param>
    /// <param name="address">The address, as in <see cref="MappedAddress"/>.</param>
    public static bool TryFind(ReadOnlySpan<byte> bytes, RequestHead head, KnownField field, AddressNetworks trusted, out UInt128 address)
    {
        address = default;
        var isFound = false;
        var addresses = new ForwardedAddresses(bytes, head, field);
        while (addresses.TryNext(out var next))
        {
            address = next;
            isFound = true;
            if (!trusted.Contains(next))
            {
                break;
            }
        }

        return isFound;
    }
}
