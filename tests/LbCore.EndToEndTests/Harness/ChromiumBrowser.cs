using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a headless Chromium at a page, with a profile of its own that goes away with it.</summary>
internal sealed class ChromiumBrowser : IAsyncDisposable
{
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(20);

    // It meets nobody but the test: no other host has a name, and nothing runs in the background. It draws without a
    // sandbox since that is not to be had in a container, and the pages are the tests' own.
    private static readonly string[] Options =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-breakpad",
        "--no-first-run", "--no-default-browser-check", "--mute-audio", "--enable-logging=stderr",
    ];

    private readonly TempFolder _folder;
    private readonly ChildProcess _process;

    private ChromiumBrowser(TempFolder folder, ChildProcess process)
    {
        _folder = folder;
        _process = process;
    }

    /// <summary>Gets what it has written so far, with what the page wrote to its console.</summary>
    public string Transcript => _process.Transcript;

    public bool HasExited => _process.HasExited;

    /// <summary>Opens a page.</summary>
    public static ChromiumBrowser Open(string url)
    {
        var chromium = Tool.Require("chromium", "chromium");
        var folder = new TempFolder();

        // A session of its own makes it the leader of a process group, and all that it starts belong to that.
        var environment = new Dictionary<string, string> { ["HOME"] = folder.Path };
        var process = ChildProcess.Start(Tool.Require("setsid", "util-linux"), [chromium, .. Options, $"--user-data-dir={folder.Folder("profile")}", url], environment);
        return new ChromiumBrowser(folder, process);
    }

    /// <summary>Kills it with all that it has started.</summary>
    public async ValueTask DisposeAsync()
    {
        Signal.SendToGroup(_process.Id, Signal.Kill);
        await _process.DisposeAsync();

        // Those who watch for its crash are in groups of their own. They end when it has ended.
        await Eventually.TrueAsync(() => !IsAnyLeft(), KillDeadline, "nothing is left of Chromium");
        _folder.Dispose();
    }

    // Its processes all have the profile, or the home that it is in, on their command line.
    private bool IsAnyLeft() => Directory.EnumerateDirectories("/proc")
        .Where(static process => int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out _))
        .Any(process => CommandLine(process).Contains(_folder.Path, StringComparison.Ordinal));

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
