using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Linq;

namespace LbCore.Server.Commands;

/// <summary>Reads options that were taken from the command line as text, and collects everything that is wrong with them.</summary>
internal sealed class OptionReader
{
    private readonly ParseResult _parsed;
    private readonly List<string> _errors = [];

    /// <param name="parsed">The command line.</param>
    /// <param name="takesArguments">Whether values without an option are the command's own, which reads them itself.</param>
    public OptionReader(ParseResult parsed, bool takesArguments = false)
    {
        _parsed = parsed;
        CheckTokens(takesArguments);
    }

    /// <summary>Gets the errors so far, in the order of the command line, then of reading.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public void Add(string error) => _errors.Add(error);

    public bool IsGiven(Option option) => _parsed.GetResult(option) is not null;

    /// <summary>Returns all values of an option; none when it was not given.</summary>
    public IReadOnlyList<string> Texts(Option<string[]> option) =>
        _parsed.GetResult(option)?.Tokens is { } tokens ? [.. tokens.Select(static token => token.Value)] : [];

    /// <summary>Returns the value of an option that may be given once; null when it was not, or cannot be read.</summary>
    public string? Text(Option<string[]> option)
    {
        var texts = Texts(option);
        if (texts.Count > 1)
        {
            _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: it is given {texts.Count} times; give it once"));
        }

        return texts.Count == 1 ? texts[0] : null;
    }

    /// <summary>Returns which of the words was given, in any case; null when none was.</summary>
    public string? Word(Option<string[]> option, string kind, IReadOnlyList<string> words)
    {
        if (Text(option) is not { } text)
        {
            return null;
        }

        var word = words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (word is null)
        {
            _errors.Add($"{option.Name}: '{text}' is no {kind}; {Choice.Of(words)}{Choice.Meant(text, words)}");
        }

        return word;
    }

    /// <summary>Returns the number given. Whether it is in its range is for the options' validation; the range is for the message.</summary>
    public int? Number(Option<string[]> option, string range) => Text(option) is { } text ? ReadNumber(option, text, range) : null;

    /// <summary>Returns the numbers given; those that cannot be read are left out.</summary>
    public IReadOnlyList<int> Numbers(Option<string[]> option, string range) =>
        [.. Texts(option).Select(text => ReadNumber(option, text, range)).OfType<int>()];

    public TimeSpan? Duration(Option<string[]> option)
    {
        if (Text(option) is not { } text)
        {
            return null;
        }

        if (Configuration.Duration.TryParse(text, out var duration, out var error))
        {
            return duration;
        }

        _errors.Add($"{option.Name}: {error}");
        return null;
    }

    private int? ReadNumber(Option<string[]> option, string text, string range)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        if (!IsOption(text))
        {
            _errors.Add($"{option.Name}: '{text}' cannot be read; write a whole number, {range}");
        }

        return null;
    }

    /// <summary>Looks for what belongs nowhere: options without a value, values without an option, and mistyped options, which an option before them would take as values.</summary>
    private void CheckTokens(bool takesArguments)
    {
        Option? current = null;
        var taken = 0;
        var afterStranger = false;
        foreach (var token in _parsed.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                CheckHasValue(current, taken);
                current = _parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == token.Value || option.Aliases.Contains(token.Value));
                (taken, afterStranger) = (0, false);
            }
            else if (token.Type == TokenType.DoubleDash)
            {
                CheckHasValue(current, taken);
                current = null;
            }
            else if (token.Type == TokenType.Argument && IsOption(token.Value))
            {
                AddStranger(token.Value);
                afterStranger = true;
            }
            else if (token.Type == TokenType.Argument && !afterStranger && !takesArguments && current is null)
            {
                var options = _parsed.CommandResult.Command.Options;
                var likely = options.FirstOrDefault(static option => option.AllowMultipleArgumentsPerToken) ?? options[0];
                _errors.Add($"'{token.Value}' belongs to no option; write its option before it, such as {likely.Name} {token.Value}");
            }
            else if (token.Type == TokenType.Argument && !afterStranger && ++taken > 1 && !takesArguments && !current!.AllowMultipleArgumentsPerToken)
            {
                _errors.Add($"'{token.Value}' belongs to no option; {current.Name} takes one value at a time");
            }
        }

        CheckHasValue(current, taken);
    }

    private void CheckHasValue(Option? option, int taken)
    {
        if (option is not null and not Option<bool> && taken == 0)
        {
            _errors.Add($"{option.Name}: the value is missing; write {option.Name} <{option.HelpName}>");
        }
    }

    private void AddStranger(string token)
    {
        var name = token.Split('=')[0];
        var names = _parsed.CommandResult.Command.Options.Where(static option => !option.Hidden).Select(static option => option.Name);
        _errors.Add($"'{name}' is not an option of lbcore {_parsed.CommandResult.Command.Name}{Choice.Meant(name, names)}");
    }

    // "-1s" is a value, if a bad one.
    private static bool IsOption(string token) => token.Length > 1 && token[0] == '-' && !char.IsAsciiDigit(token[1]);
}
