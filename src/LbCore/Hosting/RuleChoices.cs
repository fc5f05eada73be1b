using System;
using LbCore.Configuration;
using LbCore.Http;

namespace LbCore.Hosting;

/// <summary>Says in the terms of what runs what options say in those of the outside.</summary>
internal static class RuleChoices
{
    public static UnderscoreRule Of(UnderscoreMode mode) => mode switch
    {
        UnderscoreMode.Keep => UnderscoreRule.Keep,
        UnderscoreMode.Drop => UnderscoreRule.Drop,
        UnderscoreMode.Reject => UnderscoreRule.Reject,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "The options were not checked."),
    };

    public static ForwardingMode Of(ForwardedHeaderMode mode) => mode switch
    {
        ForwardedHeaderMode.Append => ForwardingMode.Append,
        ForwardedHeaderMode.Set => ForwardingMode.Set,
        ForwardedHeaderMode.Off => ForwardingMode.Off,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "The options were not checked."),
    };
}
