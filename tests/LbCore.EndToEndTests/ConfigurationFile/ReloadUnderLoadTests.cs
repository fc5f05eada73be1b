using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.ConfigurationFile;

/// <summary>Reloads one after the other while clients work: no request is lost, and each reload holds as soon as it is said.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class ReloadUnderLoadTests(string engine) : ReloadFixture
{
    private const int Reloads = 50;
    private const int Clients = 16;

    private static readonly TimeSpan HalfAMinute = TimeSpan.FromSeconds(30);

    protected override string FirstConfiguration => Configuration(0, renaming: false);

    protected override string[] MoreArguments => ["--set", "loops=2"];

    [Test]
    [CancelAfter(120_000)]
    public Task No_request_is_lost_when_backends_weights_and_routes_change(CancellationToken token) =>
        ReloadManyTimesAsync(renaming: false, TimeSpan.Zero, token);

    [Test]
    [CancelAfter(120_000)]
    public Task No_request_is_lost_when_clusters_come_and_go_with_their_routes(CancellationToken token) =>
        ReloadManyTimesAsync(renaming: true, engine == "epoll" ? HalfAMinute : TimeSpan.Zero, token);

    private async Task ReloadManyTimesAsync(bool renaming, TimeSpan load, CancellationToken token)
    {
        var clock = Stopwatch.StartNew();
        var answered = 0;
        var done = false;
        using var witness = await WireClient.ConnectAsync(Balancer, token);
        var clients = Crowd.RunAsync(Clients, WorkAsync, token);
        for (var i = 1; i <= Reloads && !clients.IsCompleted; i++)
        {
            await File.WriteAllTextAsync(ConfigPath, Configuration(i, renaming), token);
            Balancer.Send(Signal.HangUp);
            await Eventually.TrueAsync(
                () => Balancer.Error.Split(Holds).Length > i || clients.IsCompleted, $"reload {i} holds. {Balancer.Transcript}");
            if (clients.IsCompleted)
            {
                break;
            }

            var answers = (await AskAsync(witness, "/api/x", token), await AskAsync(witness, "/", token));
            Assert.That(answers, Is.EqualTo((ApiBackend(i), RestBackend(i))), $"{i}");

            // So that no reload has the balancer to itself.
            var before = Volatile.Read(ref answered);
            await Eventually.TrueAsync(
                () => (Volatile.Read(ref answered) >= before + (2 * Clients) && clock.Elapsed >= load * i / Reloads) || clients.IsCompleted,
                $"requests after reload {i}");
        }

        Volatile.Write(ref done, true);
        await clients;

        // A busy machine may hold a loop: that says nothing of requests.
        var complaints = Balancer.Error.Split('\n').Where(static line =>
            (line.Contains(" error ", StringComparison.Ordinal) || line.Contains(" warn ", StringComparison.Ordinal))
            && !line.Contains("LbCore.Transport[4002]", StringComparison.Ordinal));
        Assert.That(complaints, Is.Empty);
        await Balancer.StopAsync();

        // One connection for all: that a reload closes it is a failure, too.
        async Task WorkAsync(int number, CancellationToken end)
        {
            using var client = await WireClient.ConnectAsync(Balancer, end);
            for (var i = number; !Volatile.Read(ref done); i++)
            {
                var name = await AskAsync(client, i % 2 == 0 ? "/api/x" : "/", end);
                Assert.That(Names, Does.Contain(name));
                Interlocked.Increment(ref answered);
            }
        }
    }

    private static string RestBackend(int reload) => Names[reload % 3];

    private static string ApiBackend(int reload) => reload % 2 == 0 ? RestBackend(reload) : Names[(reload + 1) % 3];

    /// <summary>
    /// Returns another configuration each time: the backend for the rest moves on, a neighbour is there with weight 0 or is
    /// not, and every other time there is a route. With renaming, clusters come and go under names of their own, too.
    /// </summary>
    private string Configuration(int reload, bool renaming)
    {
        var name = renaming ? string.Create(CultureInfo.InvariantCulture, $"{reload % 4}") : "";
        var neighbour = reload % 4 < 2 ? $", {Backend(Names[(reload + 2) % 3], weight: 0)}" : "";
        var routed = reload % 2 != 0;
        return
            $$"""
            {
              "engine": "{{engine}}",
              "listeners": {
                "web": {
                  "address": "127.0.0.1:0",
                  "limits": { "requests": 1000000000 },
                  "cluster": "rest{{name}}",
                  "routes": [ {{(routed ? $$"""{ "pathPrefix": "/api", "cluster": "api{{name}}" }""" : "")}} ]
                }
              },
              "clusters": {
                "api{{name}}": { "backends": { {{Backend(ApiBackend(reload), weight: 1)}} } },
                "rest{{name}}": { "backends": { {{Backend(RestBackend(reload), weight: (reload % 5) + 1)}}{{neighbour}} } }
              }
            }
            """;
    }

    private string Backend(string name, int weight) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        "{{name}}": { "address": "{{AddressOf(name)}}", "weight": {{weight}} }
        """);

    private static async Task<string> AskAsync(WireClient client, string path, CancellationToken token)
    {
        await client.SendRequestAsync($"GET {path}", token);
        using var response = await client.ReadWholeResponseAsync(token);
        Assert.That((response.Status, response.End), Is.EqualTo((200, WireEnd.Whole)), $"{response}");
        Assert.That(response.Field("Connection"), Is.Null, $"The connection would go. {response}");
        return response.Text;
    }
}
