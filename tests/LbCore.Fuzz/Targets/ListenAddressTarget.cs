using System;
using LbCore.Transport;

namespace LbCore.Fuzz.Targets;

/// <summary>Addresses to listen on: what is accepted reads the same once it has been written.</summary>
internal sealed class ListenAddressTarget : IFuzzTarget
{
    public string Name => "listen-addresses";

    public void Run(string text)
    {
        if (!TransportAddress.TryParse(text, out var endPoint, out var error))
        {
            Refusal.MustNameTheText(text, error);
            return;
        }

        var written = TransportAddress.Format(endPoint);
        if (!TransportAddress.TryParse(written, out var again, out error) || !endPoint!.Equals(again))
        {
            throw new InvalidOperationException($"'{written}' does not read as what it was written from: {error}");
        }
    }
}
