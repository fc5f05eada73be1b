using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LbCore.Http;

namespace LbCore.Configuration;

/// <summary>Checks which header fields are set and removed.</summary>
internal sealed class HeaderEditRules
{
    private const int MaxFields = 64;
    private const int MaxNameLength = 256;
    private const int MaxValueLength = 4096;

    private readonly Action<string, string> _add;

    /// <param name="add">Takes a path and what is wrong there.</param>
    public HeaderEditRules(Action<string, string> add) => _add = add;

    /// <summary>Returns whether a text is a token (RFC 9110 section 5.6.2), as names of fields and methods are.</summary>
    public static bool IsToken(string? text) =>
        text is { Length: > 0 and <= MaxNameLength } && text.All(char.IsAscii) && !Encoding.ASCII.GetBytes(text).AsSpan().ContainsAnyExcept(Characters.Token);

    /// <summary>Returns whether a text is a field's value as it stands: nothing of it ends the line, and nothing is cut off.</summary>
    public static bool IsValue(string? text) =>
        text is not null && !text.Any(static c => char.IsControl(c) && c != '\t') && text.Trim(' ', '\t').Length == text.Length;

    public void CheckRequest(string path, HeaderEditOptions edits) => Check(path, edits, static name => WhyNotInRequest(name));

    public void CheckResponse(string path, HeaderEditOptions edits) => Check(path, edits, static name => WhyNot(name));

    private void Check(string path, HeaderEditOptions edits, Func<string, string?> why)
    {
        if (edits.Set.Count > MaxFields)
        {
            _add(path + ".set", $"there are {edits.Set.Count}; {MaxFields} at most");
        }

        if (edits.Remove.Count > MaxFields)
        {
            _add(path + ".remove", $"there are {edits.Remove.Count}; {MaxFields} at most");
        }

        var set = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in edits.Set)
        {
            var at = $"{path}.set.{name}";
            CheckName(at, name, "set", why);
            if (!set.Add(name))
            {
                _add(at, "it is there in another case, too, and names of fields have none; keep one of them");
            }

            if (value is null || !IsValue(value) || !value.All(char.IsAscii) || value.Length > MaxValueLength)
            {
                _add(at, $"'{value}' cannot be its value; write at most {MaxValueLength} characters of visible ASCII, with spaces or tabs between them only");
            }
        }

        foreach (var name in edits.Remove)
        {
            CheckName(path + ".remove", name, "removed", why);
            if (name is not null && set.Contains(name))
            {
                _add(path + ".remove", $"'{name}' is set, too, which replaces what is there; leave one of them out");
            }
        }
    }

    private void CheckName(string path, string name, string verb, Func<string, string?> why)
    {
        if (!IsToken(name))
        {
            _add(path, $"'{name}' is no name of a header field; write one such as X-Env");
        }
        else if (why(name) is { } reason)
        {
            _add(path, $"{name} cannot be {verb}: {reason}");
        }
    }

    private static string? WhyNotInRequest(string name) => KnownFields.Find(Encoding.ASCII.GetBytes(name)) switch
    {
        KnownField.Host => "backends are told the host by rewrite.host",
        KnownField.Forwarded or KnownField.XForwardedFor or KnownField.XForwardedHost or KnownField.XForwardedPort
            or KnownField.XForwardedProto or KnownField.XRealIp or KnownField.XRequestId or KnownField.ForwardingVariant
            => "it tells backends of the request's way, and is written or dropped as forwardedHeaders of the listener says",
        KnownField.Expect => "the client waits for what it asks for; leave it out",
        _ => WhyNot(name),
    };

    private static string? WhyNot(string name)
    {
        var field = KnownFields.Find(Encoding.ASCII.GetBytes(name));
        return field == KnownField.Via ? "it names who a message went through, as forwardedHeaders of the listener says"
            : field == KnownField.ContentLength ? "where a message ends depends on it; leave it out"
            : KnownFields.IsHopByHop(field) ? "it concerns one connection, and is written where it is needed; leave it out"
            : null;
    }
}
