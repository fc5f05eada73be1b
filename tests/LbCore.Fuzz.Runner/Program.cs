using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using LbCore.Fuzz.Http;
using SharpFuzz;

namespace LbCore.Fuzz.Runner;

/// <summary>What <c>tests/LbCore.Fuzz/run.sh</c> calls: runs a target under AFL, and turns corpora into files and back.</summary>
internal static class Program
{
    private const int MaxBytes = 64 * 1024;

    private const string Usage = """
        list                      names the targets
        fuzz TARGET               runs the target on what AFL gives; what it attacks must be instrumented
        check TARGET FILE...      runs the target on files, at every split, and says what does not hold
        unpack FOLDER CORPUS...   writes each line of the corpora to a file of its own
        pack CORPUS FOLDER        writes the files in the folder to a corpus, one a line, shortest first
        """;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["list"]:
                Console.WriteLine(string.Join('\n', HttpTargets.All.Select(static target => target.Name)));
                return 0;
            case ["fuzz", var name] when Find(name) is { } target:
                Fuzzer.OutOfProcess.Run(stream => target.Run(ReadAll(stream), Splits.Few));
                return 0;
            case ["check", var name, .. var files] when Find(name) is { } target:
                return Check(target, files);
            case ["unpack", var folder, .. var corpora]:
                Unpack(folder, corpora);
                return 0;
            case ["pack", var corpus, var folder]:
                Pack(corpus, folder);
                return 0;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static BytesTarget? Find(string name) => Array.Find(HttpTargets.All, target => target.Name == name);

    private static byte[] ReadAll(Stream stream)
    {
        var bytes = new byte[MaxBytes];
        return bytes[..stream.ReadAtLeast(bytes, MaxBytes, throwOnEndOfStream: false)];
    }

    private static int Check(BytesTarget target, string[] files)
    {
        var failures = 0;
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            try
            {
                target.Run(bytes, Splits.Every);
            }
            catch (Exception e)
            {
                failures++;
                Console.WriteLine($"{file}\n{Escapes.ToText(bytes)}\n{e}\n");
            }
        }

        return failures == 0 ? 0 : 1;
    }

    private static void Unpack(string folder, string[] corpora)
    {
        Directory.CreateDirectory(folder);
        var number = 0;
        foreach (var line in corpora.SelectMany(File.ReadLines).Distinct())
        {
            File.WriteAllBytes(Path.Combine(folder, $"{number++:D5}"), Escapes.ToBytes(line));
        }
    }

    private static void Pack(string corpus, string folder)
    {
        IEnumerable<string> lines = from file in Directory.EnumerateFiles(folder)
            let line = Escapes.ToText(File.ReadAllBytes(file))
            where line.Length > 0
            orderby line.Length, line
            select line;
        File.WriteAllText(corpus, string.Concat(lines.Distinct().Select(static line => line + '\n')));
    }
}
