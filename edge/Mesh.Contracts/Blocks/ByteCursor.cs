using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mesh.Contracts.Blocks;

/// <summary>Reads what <see cref="ByteColumn"/> wrote. Bytes may be hostile: whatever is wrong is a <see cref="FormatException"/>.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private ulong _zeros;
    private int _bits;

    internal int Position { get; private set; }

    internal readonly int Left => _bytes.Length - Position;

    internal byte Byte() => Position < _bytes.Length ? _bytes[Position++] : throw TooShort();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Number()
    {
        var first = Byte();
        return first < 0x80 ? first : Rest(first);
    }

    internal long Signed() => UnZigZag(Number());

    /// <summary>A count or length, at most <paramref name="most"/>.</summary>
    internal int Count(int most)
    {
        var value = Number();
        return value <= (ulong)most ? (int)value : throw new FormatException($"{value} exceeds the bound of {most}");
    }

    /// <summary>A count of things of which each takes at least a byte of what is left.</summary>
    internal int CountOfBytes(int most) => Count(Math.Min(most, Left));

    /// <summary>A place in a table.</summary>
    internal T In<T>(T[] table)
    {
        var place = Number();
        return place < (ulong)table.Length
            ? table[place]
            : throw new FormatException($"{place} is no place in a table of {table.Length}");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Token()
    {
        if (_zeros > 0)
        {
            _zeros--;
            return 0;
        }

        var value = Number();
        if (value == 0)
        {
            _zeros = Number();
        }

        return value;
    }

    internal long SignedToken() => UnZigZag(Token());

    internal bool Bit()
    {
        if ((_bits & 7) == 0)
        {
            _ = Byte();
        }

        return (_bytes[Position - 1] & (1 << (_bits++ & 7))) != 0;
    }

    internal double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Raw(8));

    internal ReadOnlySpan<byte> Raw(int count)
    {
        if (count > Left)
        {
            throw TooShort();
        }

        Position += count;
        return _bytes.Slice(Position - count, count);
    }

    internal ByteCursor Column() => new(Raw(CountOfBytes(int.MaxValue)));

    private static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static FormatException TooShort() => new("the block ends too early");

    private ulong Rest(ulong value)
    {
        value &= 0x7F;
        for (var shift = 7; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number has more than 64 bits");
    }
}
