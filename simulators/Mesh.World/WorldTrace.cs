using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mesh.World;

/// <summary>
/// What happened, line by line: the last lines are kept for whoever has to understand a failure, and a hash over all
/// of them tells whether two runs were the same.
/// </summary>
public sealed class WorldTrace(Agenda agenda, TextWriter? to) : IDisposable
{
    /// <summary>Lines kept; older ones are forgotten.</summary>
    public const int Kept = 400;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Queue<string> _last = new();

    public IEnumerable<string> Last => _last;

    public long Lines { get; private set; }

    public void Say(string who, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{agenda.Now.TotalSeconds, 12:F6} {who, -8} {what}");
        _hash.AppendData(Encoding.UTF8.GetBytes(line));
        Lines++;
        _last.Enqueue(line);
        if (_last.Count > Kept)
        {
            _last.Dequeue();
        }

        to?.WriteLine(line);
    }

    /// <summary>Of all lines so far, in hexadecimal digits.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
