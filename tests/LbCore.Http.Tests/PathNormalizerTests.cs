using System;
using System.Text;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>The form that paths are compared in.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class PathNormalizerTests
{
    private const string Alphabet = "/.%aA2eEfF5c7~-b";

    [TestCase("/", "/")]
    [TestCase("/a/b", "/a/b")]
    [TestCase("/a/", "/a/")]
    [TestCase("/%61%5A%30%2D%2E%5F%7E", "/aZ0-._~", Description = "unreserved characters are decoded")]
    [TestCase("/a%2fb%5cc", "/a%2Fb%5Cc", Description = "slashes stay encoded, with capital digits")]
    [TestCase("/%c3%bc", "/%C3%BC")]
    [TestCase("/%252e%252e/x", "/%252e%252e/x", Description = "an encoded percent sign is not decoded, nor what is behind it")]
    [TestCase("/a;x=%20/b", "/a;x=%20/b")]
    [TestCase("/...", "/...")]
    [TestCase("/..a/.b/c.", "/..a/.b/c.")]
    [TestCase("/.well-known/x", "/.well-known/x")]
    public void Segments_are_kept(string path, string normal) => Assert.That(Normalize(path), Is.EqualTo((PathForm.Kept, normal)));

    [TestCase("//", "/")]
    [TestCase("//a///b//", "/a/b/")]
    [TestCase("/.", "/")]
    [TestCase("/./a/./b/.", "/a/b/")]
    [TestCase("/a/..", "/")]
    [TestCase("/a/../b", "/b")]
    [TestCase("/a/b/../../c", "/c")]
    [TestCase("/a/b/..", "/a/")]
    [TestCase("/a/b/../", "/a/")]
    [TestCase("/a/%2e%2E/b", "/b", Description = "an encoded dot is a dot")]
    [TestCase("/a/.%2e/b", "/b")]
    [TestCase("/%2e/a", "/a")]
    [TestCase("/a/..//b", "/b")]
    public void Empty_and_dot_segments_are_taken_out(string path, string normal) =>
        Assert.That(Normalize(path), Is.EqualTo((PathForm.Resolved, normal)));

    [TestCase("/..")]
    [TestCase("/../a")]
    [TestCase("/a/../..")]
    [TestCase("/a/../../b")]
    [TestCase("/%2e%2e/a")]
    [TestCase("/a//..", Description = "some readers take the empty segment back, and others a")]
    [TestCase("/admin//../x")]
    [TestCase("//..")]
    [TestCase("/%")]
    [TestCase("/%4")]
    [TestCase("/%4g")]
    [TestCase("/%g4")]
    [TestCase("/%%34")]
    public void What_climbs_or_means_two_things_has_no_normal_form(string path) => Assert.That(Normalize(path).Form, Is.EqualTo(PathForm.Refused));

    [Test]
    public void A_normal_form_is_its_own_and_what_is_plain_has_it_already([Range(0, 9)] int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var path = new StringBuilder("/");
            for (var length = random.Next(12); length > 0; length--)
            {
                path.Append(Alphabet[random.Next(Alphabet.Length)]);
            }

            var text = path.ToString();
            var (form, normal) = Normalize(text);
            if (form != PathForm.Refused)
            {
                Assert.That(Normalize(normal), Is.EqualTo((PathForm.Kept, normal)), $"{text}, seed {seed}");
            }

            if (PathNormalizer.IsPlain(Encoding.ASCII.GetBytes(text)))
            {
                Assert.That((form, normal), Is.EqualTo((PathForm.Kept, text)), $"{text}, seed {seed}");
            }
        }
    }

    [Test]
    public void What_people_write_becomes_ASCII() =>
        Assert.That(Encoding.ASCII.GetString(PathNormalizer.Encode("/ü/a%20b")), Is.EqualTo("/%C3%BC/a%20b"));

    private static (PathForm Form, string Normal) Normalize(string path)
    {
        var bytes = Encoding.ASCII.GetBytes(path);
        var target = new byte[bytes.Length];
        var form = PathNormalizer.Normalize(bytes, target, out var length);
        return (form, form == PathForm.Refused ? "" : Encoding.ASCII.GetString(target, 0, length));
    }
}
