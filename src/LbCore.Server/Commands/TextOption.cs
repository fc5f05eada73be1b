using System;
using System.CommandLine;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary>Makes options that are taken as text, any number of times, so that <see cref="OptionReader"/> can say in our words what is wrong with them.</summary>
internal static class TextOption
{
    /// <summary>An option with one value.</summary>
    public static Option<string[]> One(string name, string helpName, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = helpName,
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>An option that takes several values at once.</summary>
    public static Option<string[]> Many(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>An option whose value is one of a few words, which shells then complete.</summary>
    public static Option<string[]> OfWords(string name, string helpName, string description, string[] words)
    {
        var option = One(name, helpName, description);
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>An option whose value is a duration.</summary>
    public static Option<string[]> OfDuration(string name, string description, TimeSpan fallback) =>
        One(name, "duration", $"{description} [default: {Duration.Format(fallback)}]");
}
