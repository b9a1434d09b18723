using System.Text;

namespace Mesh.Edge;

/// <summary>A line with its number (from 1); <see cref="Text"/> is null when it was longer than allowed.</summary>
internal readonly record struct NumberedLine(long Number, string? Text);

/// <summary>
/// The lines of a file, ended by LF or CRLF, as UTF-8 with or without a byte order mark. A line of more than
/// <see cref="MaxLength"/> characters is passed over, so that a file without line ends does not fill the memory.
/// </summary>
internal static class BoundedLines
{
    public const int MaxLength = 64 * 1024;

    public static IEnumerable<NumberedLine> Read(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        var buffer = new char[16 * 1024];
        var line = new StringBuilder();
        var tooLong = false;
        long number = 0;
        int count;
        while ((count = reader.Read(buffer)) > 0)
        {
            var from = 0;
            while (from < count)
            {
                var length = Array.IndexOf(buffer, '\n', from, count - from) - from;
                var ends = length >= 0;
                length = ends ? length : count - from;
                tooLong |= line.Length + length > MaxLength;
                if (!tooLong)
                {
                    line.Append(buffer, from, length);
                }

                from += length + 1;
                if (ends)
                {
                    yield return new NumberedLine(++number, tooLong ? null : Take(line));
                    line.Clear();
                    tooLong = false;
                }
            }
        }

        if (line.Length > 0 || tooLong)
        {
            yield return new NumberedLine(++number, tooLong ? null : Take(line));
        }
    }

    private static string Take(StringBuilder line) =>
        line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
}
