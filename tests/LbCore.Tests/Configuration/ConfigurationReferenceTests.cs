using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using LbCore.Configuration;
using LbCore.Configuration.Keys;
using LbCore.Tests.Architecture;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

/// <summary>The schema and the documentation say what the reader reads.</summary>
internal sealed class ConfigurationReferenceTests
{
    private const string Begin = "<!-- keys: written by ConfigurationReferenceTests with LBCORE_WRITE_DOCS=1 -->\n\n";
    private const string End = "\n<!-- end of keys -->";

    private static string Path => System.IO.Path.Combine(SourceTree.Root, "docs", "configuration.md");

    [Test]
    public void The_documentation_has_every_key_as_it_is()
    {
        var reference = new OptionReference();
        LbCoreKeys.Root.Document("", reference);
        var text = File.ReadAllText(Path);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.That((begin > Begin.Length, end >= begin), Is.EqualTo((true, true)), "the marks are there");
        if (Environment.GetEnvironmentVariable("LBCORE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path, text[..begin] + reference.ToMarkdown() + text[end..]);
            return;
        }

        Assert.That(text[begin..end], Is.EqualTo(reference.ToMarkdown()), "run this test with LBCORE_WRITE_DOCS=1");
    }

    [Test]
    public void The_schema_has_every_key_that_is_in_force()
    {
        var options = new LbCoreOptions { Loops = 1, AccessLog = { Path = "-" } };
        var listener = new ListenerOptions { Address = "*:80", Cluster = "app", Limits = { BodyBytes = 1 } };
        listener.Routes.Add(new RouteOptions
        {
            Hosts = { "a" },
            PathPrefix = "/",
            Path = "/",
            Methods = { "GET" },
            Headers = { ["A"] = new RouteHeaderOptions { Value = "a", Values = { "a" } } },
            Cluster = "app",
            Redirect = new RedirectOptions { To = "/" },
            Answer = new AnswerOptions { Body = "a" },
            Rewrite = new RewriteOptions { StripPrefix = "/", AddPrefix = "/", Host = "a" },
            RequestHeaders = { Set = { ["A"] = "a" }, Remove = { "B" } },
        });
        options.Listeners.Add("web", listener);
        var cluster = new ClusterOptions();
        cluster.Backends.Add("a", new BackendOptions { Address = "a:1", MaxConnections = 1 });
        options.Clusters.Add("app", cluster);
        var text = JsonNode.Parse(ConfigurationFile.Format(options))!;

        // One listener has no keys of the other mode.
        options.Listeners["web"] = new ListenerOptions { Mode = ListenerMode.Tcp };
        foreach (var (name, value) in JsonNode.Parse(ConfigurationFile.Format(options))!["listeners"]!["web"]!["timeouts"]!.AsObject())
        {
            text["listeners"]!["web"]!["timeouts"]![name] = value!.DeepClone();
        }

        AssertDescribed(text, JsonNode.Parse(ConfigurationFile.Schema())!, "");
    }

    private static void AssertDescribed(JsonNode value, JsonNode schema, string path)
    {
        switch (value)
        {
            case JsonObject thing when schema["properties"] is JsonObject properties:
                Assert.That(thing.Select(static member => member.Key), Is.EquivalentTo(properties.Select(static member => member.Key).Where(static key => key != "$schema")), path);
                foreach (var (name, member) in thing)
                {
                    AssertDescribed(member!, properties[name]!, $"{path}.{name}");
                }

                break;
            case JsonObject map:
                var item = schema["additionalProperties"]!;
                foreach (var (name, member) in map)
                {
                    AssertDescribed(member!, item["anyOf"]?[1] ?? item, $"{path}.{name}");
                }

                break;
            case JsonArray list:
                foreach (var member in list)
                {
                    AssertDescribed(member!, schema["items"]!, path + "[]");
                }

                break;
            default:
                Assert.That(schema["type"] ?? schema["enum"] ?? schema["anyOf"], Is.Not.Null, path);
                break;
        }
    }
}
