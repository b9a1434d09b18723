using System.Security.Cryptography;
using System.Text;

namespace Mesh.Edge;

/// <summary>
/// One line of a recording, cut into fields. Reused for every line, so that a million rows make no million arrays; what
/// is wrong with it is kept here with its place, and the reader reports it.
/// </summary>
internal sealed class Row
{
    private readonly List<(int Start, int Length, int Column)> _fields = [];
    private char[] _text = new char[256];
    private byte[] _bytes = new byte[1024];
    private int _used;

    public string Line { get; private set; } = "";

    public int Count => _fields.Count;

    /// <summary>What is wrong, and from which character of the line on (from 1).</summary>
    public (int Column, string Message)? Problem { get; private set; }

    public void Start(string line)
    {
        Line = line;
        Problem = null;
        _fields.Clear();
        _used = 0;
    }

    /// <summary>A field, and where it begins in the line (from 1).</summary>
    public void Add(ReadOnlySpan<char> text, int column)
    {
        if (_text.Length - _used < text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _used + text.Length));
        }

        text.CopyTo(_text.AsSpan(_used));
        _fields.Add((_used, text.Length, column));
        _used += text.Length;
    }

    /// <summary>A property that this line does not have.</summary>
    public void AddAbsent() => _fields.Add((_used, -1, 1));

    public bool Has(int index) => _fields[index].Length >= 0;

    public ReadOnlySpan<char> this[int index] => _text.AsSpan(_fields[index].Start, Math.Max(0, _fields[index].Length));

    public int ColumnOf(int index) => _fields[index].Column;

    public bool Fail(int column, string message)
    {
        Problem = (column, message);
        return false;
    }

    public void Forgive() => Problem = null;

    /// <summary>
    /// 128 bits of the SHA-256 of the fields but those at <paramref name="except"/>: when a line arrived is no part of
    /// what it says.
    /// </summary>
    public UInt128 Fingerprint(ReadOnlySpan<int> except)
    {
        var length = 0;
        for (var i = 0; i < _fields.Count; i++)
        {
            if (except.Contains(i))
            {
                continue;
            }

            var field = this[i];
            Room(length + Encoding.UTF8.GetMaxByteCount(field.Length) + 1);
            length += Encoding.UTF8.GetBytes(field, _bytes.AsSpan(length));
            _bytes[length++] = Has(i) ? (byte)0x1F : (byte)0x1E;
        }

        return Hash(_bytes.AsSpan(0, length));
    }

    /// <summary>128 bits of the SHA-256 of the line as it is.</summary>
    public UInt128 Fingerprint()
    {
        Room(Encoding.UTF8.GetMaxByteCount(Line.Length));
        return Hash(_bytes.AsSpan(0, Encoding.UTF8.GetBytes(Line, _bytes)));
    }

    private void Room(int length)
    {
        if (_bytes.Length < length)
        {
            Array.Resize(ref _bytes, length * 2);
        }
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }
}
