using System;
using System.Text;

namespace LbCore.Fuzz;

/// <summary>Changes a text in the ways that find holes in parsers: cut, doubled, swapped, spliced with another one.</summary>
internal sealed class Mutator(Random random, string[] seeds)
{
    private const string Suspicious = "0123456789:.[]*/%-+_ \t\n\r\0xXmsdhé\u0660\u2044,;#@";

    public string Next()
    {
        var text = new StringBuilder(seeds[random.Next(seeds.Length)]);
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            Change(text);
        }

        return text.ToString();
    }

    private void Change(StringBuilder text)
    {
        var at = random.Next(text.Length + 1);
        var length = random.Next(text.Length - at + 1);
        switch (random.Next(6))
        {
            case 0:
                text.Remove(at, length);
                break;
            case 1:
                text.Insert(at, text.ToString(at, length));
                break;
            case 2:
                text.Insert(at, Suspicious[random.Next(Suspicious.Length)]);
                break;
            case 3 when at < text.Length:
                text[at] = Suspicious[random.Next(Suspicious.Length)];
                break;
            case 4:
                text.Insert(at, random.NextInt64().ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                var other = seeds[random.Next(seeds.Length)];
                text.Remove(at, text.Length - at).Append(other.AsSpan(random.Next(other.Length + 1)));
                break;
        }
    }
}
