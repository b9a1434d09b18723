using System.Buffers.Binary;

namespace Mesh.Nodes;

/// <summary>
/// A frame in a segment: <c>length of the body (4), CRC-32C (4), number (8), body, zeros up to a multiple of 8</c>. The
/// checksum is seeded with epoch and segment and covers everything but itself, so a frame of another segment, of a file
/// used before or of another journal is none here.
/// </summary>
internal static class FrameLayout
{
    internal const int HeaderBytes = 16;
    internal const int Alignment = 8;

    /// <summary>Longest body, 256 MiB.</summary>
    internal const int MaxBody = 256 * 1024 * 1024;

    internal static int Bytes(int body) => (HeaderBytes + body + Alignment - 1) & -Alignment;

    /// <summary>Lays a frame out; the destination has exactly <see cref="Bytes"/> of the body.</summary>
    internal static void Write(Span<byte> to, uint seed, long number, ReadOnlySpan<byte> body)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, body.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], number);
        body.CopyTo(to[HeaderBytes..]);
        to[(HeaderBytes + body.Length)..].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Sum(seed, to));
    }

    /// <summary>
    /// Reads the frame's header. False when these cannot be its 16 bytes: a frame's number is never below
    /// <paramref name="least"/>, and zeros are no frame.
    /// </summary>
    internal static bool TryHeader(ReadOnlySpan<byte> bytes, long least, long room, out int body, out long number)
    {
        body = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        number = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        return body is >= 0 and <= MaxBody && number >= least && Bytes(body) <= room;
    }

    internal static bool Matches(ReadOnlySpan<byte> frame, uint seed) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) == Sum(seed, frame);

    private static uint Sum(uint seed, ReadOnlySpan<byte> frame) =>
        Crc32C.Finish(Crc32C.Add(Crc32C.Add(seed, frame[..4]), frame[8..]));
}
