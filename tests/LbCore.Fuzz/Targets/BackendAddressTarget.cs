using System;
using LbCore.Configuration;

namespace LbCore.Fuzz.Targets;

/// <summary>Addresses of backends: what is accepted can be connected to, as an end point or after a look-up.</summary>
internal sealed class BackendAddressTarget : IFuzzTarget
{
    public string Name => "backend-addresses";

    public void Run(string text)
    {
        if (!BackendAddress.TryParse(text, out var address, out var error))
        {
            Refusal.MustNameTheText(text, error);
            return;
        }

        if (address.EndPoint is null)
        {
            if (address.Host is not { Length: > 0 and <= 253 } host || address.Port is < 1 or > 65535 || !text.StartsWith(host, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"no end point, and '{address.Host}' with port {address.Port} cannot be looked up");
            }
        }
    }
}
