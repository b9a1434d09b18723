using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mesh.Contracts.Blocks;

/// <summary>
/// Bytes of one column, growing as they are written. <see cref="Token"/> writes numbers of which many are zero: a run of
/// zeros is a zero and its length.
/// </summary>
internal sealed class ByteColumn
{
    private byte[] _bytes = new byte[256];
    private int _length;
    private int _zeros;
    private int _bits;

    internal ReadOnlySpan<byte> Written
    {
        get
        {
            EndRun();
            return _bytes.AsSpan(0, _length);
        }
    }

    internal void Clear() => (_length, _zeros, _bits) = (0, 0, 0);

    internal void Byte(byte value)
    {
        Need(1);
        _bytes[_length++] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Number(ulong value)
    {
        Need(10);
        while (value >= 0x80)
        {
            _bytes[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[_length++] = (byte)value;
    }

    internal void Signed(long value) => Number(ZigZag(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Token(ulong value)
    {
        if (value == 0)
        {
            _zeros++;
            return;
        }

        EndRun();
        Number(value);
    }

    internal void SignedToken(long value) => Token(ZigZag(value));

    /// <summary>Eight to a byte; a column has either bits or anything else.</summary>
    internal void Bit(bool value)
    {
        if ((_bits & 7) == 0)
        {
            Byte(0);
        }

        if (value)
        {
            _bytes[_length - 1] |= (byte)(1 << (_bits & 7));
        }

        _bits++;
    }

    internal void Double(double value)
    {
        Need(8);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(_length), value);
        _length += 8;
    }

    internal void Raw(ReadOnlySpan<byte> bytes)
    {
        Need(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Another column, with its length before it.</summary>
    internal void Column(ByteColumn column)
    {
        var bytes = column.Written;
        Number((ulong)bytes.Length);
        Raw(bytes);
    }

    internal static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void EndRun()
    {
        if (_zeros > 0)
        {
            var run = _zeros;
            _zeros = 0;
            Byte(0);
            Number((ulong)(run - 1));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Need(int more)
    {
        if (_length + more > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
        }
    }
}
