using System;
using System.IO;

namespace LbCore.Transport.Tests;

/// <summary>A folder of its own with a short path, since a unix socket's path has at most 107 bytes.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lb");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
