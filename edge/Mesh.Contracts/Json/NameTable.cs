using System.Text;

namespace Mesh.Contracts;

/// <summary>
/// Remembers names seen on the wire, so that a device's id is one string however many readings carry it. Holds at most
/// 4,096 names of at most 64 bytes; a collision replaces the older one. Not thread-safe: one per decoder.
/// </summary>
public sealed class NameTable
{
    private const int Slots = 4096;
    private const int Longest = 64;

    private readonly byte[]?[] _bytes = new byte[Slots][];
    private readonly string[] _names = new string[Slots];

    /// <summary>The string of these UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        uint hash = 2166136261;
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * 16777619;
        }

        var slot = (int)((hash ^ (hash >> 15)) & (Slots - 1));
        if (_bytes[slot] is { } known && utf8.SequenceEqual(known))
        {
            return _names[slot];
        }

        _bytes[slot] = utf8.ToArray();
        return _names[slot] = Encoding.UTF8.GetString(utf8);
    }
}
