using System.Security.Cryptography;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>
/// Gives the readings of one pass over a file their numbers: per device from 1, in the order of the file, so that the
/// same file gives the same identities each time it is read. A repeated line gets the numbers of its first occurrence,
/// as long as that lies at most <see cref="Remembered"/> readings back (about 60 bytes each); beyond it counts as new.
/// </summary>
internal sealed class Identities
{
    public const int Remembered = 500_000;

    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<UInt128, long> _seen = [];
    private readonly Queue<UInt128> _order = new();

    /// <summary>The number of a reading; true when its line was seen before.</summary>
    /// <param name="device">Whose number.</param>
    /// <param name="row">Fingerprint of the row.</param>
    /// <param name="place">Which reading of the row.</param>
    /// <param name="seq">The number.</param>
    public bool Take(string device, UInt128 row, int place, out long seq)
    {
        var key = row + (UInt128)place;
        if (_seen.TryGetValue(key, out seq))
        {
            return true;
        }

        seq = Next(device);
        _seen.Add(key, seq);
        _order.Enqueue(key);
        if (_order.Count > Remembered)
        {
            _seen.Remove(_order.Dequeue());
        }

        return false;
    }

    private long Next(string device)
    {
        var next = _numbers.GetValueOrDefault(device) + 1;
        _numbers[device] = next;
        return next;
    }

    /// <summary>53 bits of the SHA-256 of a file's content: the boot of its readings.</summary>
    public static long BootOf(Stream content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return BitConverter.ToInt64(hash) & Limits.Number;
    }

    /// <summary>The boot of pass <paramref name="pass"/>: the file's own for the first, another for each further one.</summary>
    public static long BootOf(long boot, int pass)
    {
        if (pass == 1)
        {
            return boot;
        }

        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, boot);
        BitConverter.TryWriteBytes(bytes[8..], (long)pass);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BitConverter.ToInt64(hash) & Limits.Number;
    }
}
