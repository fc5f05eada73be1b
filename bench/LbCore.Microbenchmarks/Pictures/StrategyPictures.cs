using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>
/// Draws what the strategies do: every figure comes from the selectors that the data plane uses, and time is simulated, so
/// the same code draws the same pictures. The files go into a folder, the figures as tables to standard output.
/// </summary>
internal static class StrategyPictures
{
    /// <summary>Writes all pictures and returns 1 when one could not be written.</summary>
    public static int Write(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
        {
            Console.Error.WriteLine("FAIL the folder for the pictures has no name.");
            return 1;
        }

        Func<Picture>[] pictures = [SharesPicture.Draw, SlowPicture.Draw, MovesPicture.Draw, HotKeysPicture.Draw];
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var draw in pictures)
            {
                var picture = draw();
                var path = Path.Combine(folder, picture.FileName);
                var bytes = Encoding.UTF8.GetBytes(picture.Svg);
                File.WriteAllBytes(path, bytes);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wrote {path}, {bytes.Length:N0} bytes"));
                Console.WriteLine(picture.Markdown);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"FAIL the pictures cannot be written to '{folder}': {error.Message} Name a folder that you may write to.");
            return 1;
        }

        return 0;
    }
}
