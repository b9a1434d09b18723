namespace Mesh.Rules.Yaml;

/// <summary>Finds what an author probably meant.</summary>
public static class Nearest
{
    /// <summary><c> (did you mean 'x'?)</c> when one of the names is close enough, else nothing.</summary>
    public static string Suggestion(string found, IEnumerable<string> names)
    {
        string? best = null;
        var least = Math.Max(1, found.Length / 3) + 1;
        foreach (var name in names)
        {
            var distance = Distance(found, name);
            if (distance < least)
            {
                (best, least) = (name, distance);
            }
        }

        return best is null ? "" : $" (did you mean '{best}'?)";
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) from one to the other, ignoring case.</summary>
    public static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 64 || b.Length > 64)
        {
            return int.MaxValue;
        }

        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                rows[i, j] = i == 0 || j == 0 ? i + j : Step(a, b, rows, i, j);
            }
        }

        return rows[a.Length, b.Length];
    }

    private static int Step(string a, string b, int[,] rows, int i, int j)
    {
        var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
        var least = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
        if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
        {
            least = Math.Min(least, rows[i - 2, j - 2] + 1);
        }

        return least;
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
