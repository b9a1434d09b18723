using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// Ids of outputs: a hash of rule id, rule hash, key, kind, event time, the ids of the bound readings (matches) and an
/// ordinal among equals. The same journal gives the same ids on any node.
/// </summary>
internal sealed class OutputIdentity
{
    /// <summary>Equal outputs of one instant that are told apart; further ones share the last ordinal.</summary>
    public const int MaxEquals = 65_536;

    private readonly Dictionary<UInt128, int> _seen = [];
    private long _at = long.MinValue;

    public string Of(
        CompiledRule rule,
        IReadOnlyList<KeyPart> key,
        string kind,
        Timestamp at,
        IReadOnlyList<NamedBinding> bindings
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Text(hash, rule.Id);
        Text(hash, rule.Hash);
        foreach (var part in key)
        {
            Text(hash, part.Name);
            Text(hash, part.Value.Kind.ToString());
            Text(hash, part.Value.ToString());
        }

        Text(hash, kind);
        Number(hash, at.Micros);
        foreach (var binding in bindings)
        {
            Text(hash, binding.Name);
            foreach (var reading in binding.Readings)
            {
                Text(hash, reading.Device);
                Number(hash, reading.Boot);
                Number(hash, reading.Seq);
            }
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetCurrentHash(digest);
        var ordinal = Ordinal(at.Micros, BinaryPrimitives.ReadUInt128BigEndian(digest));
        if (ordinal > 0)
        {
            Number(hash, ordinal);
            hash.GetCurrentHash(digest);
        }

        return Convert.ToHexStringLower(digest[..16]);
    }

    public void Save(StateWriter writer)
    {
        writer.Number(_at);
        writer.Count(_seen.Count);
        foreach (var (digest, count) in _seen.OrderBy(p => p.Key))
        {
            writer.Number((long)(digest >> 64));
            writer.Number((long)(ulong)digest);
            writer.Count(count);
        }
    }

    public void Restore(StateReader reader)
    {
        _seen.Clear();
        _at = reader.Number();
        for (var left = reader.Count(MaxEquals); left > 0; left--)
        {
            var high = (ulong)reader.Number();
            var low = (ulong)reader.Number();
            _seen[new UInt128(high, low)] = reader.Count();
        }
    }

    private int Ordinal(long at, UInt128 digest)
    {
        if (at != _at)
        {
            _seen.Clear();
            _at = at;
        }

        if (_seen.Count >= MaxEquals)
        {
            return MaxEquals;
        }

        var ordinal = _seen.GetValueOrDefault(digest);
        _seen[digest] = ordinal + 1;
        return ordinal;
    }

    private static void Text(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Number(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
