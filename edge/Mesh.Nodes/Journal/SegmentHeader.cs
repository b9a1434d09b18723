using System.Buffers.Binary;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// The first 4,096 bytes of a segment, all numbers little-endian. A sector of its own, so that no write of a frame
/// ever touches it again.
/// <code>
///    0  8  "MESHJRNL"
///    8  4  format version
///   12  4  bytes of the node's id
///   16  8  epoch
///   24  8  number of the segment, from 1 over all epochs
///   32  8  number of its first frame
///   40  8  length of the file
///   48 32  next item of each lane (alarms, detections, aggregates, readings) before the first frame
///   80  n  the node's id, UTF-8; then zeros
/// 4092  4  CRC-32C of the 4,092 bytes before
/// </code>
/// Magic, version, size and checksum stay where they are in every later version, so that a header of a later version
/// can be told from a damaged one.
/// </summary>
internal sealed record SegmentHeader(
    string Node,
    long Epoch,
    long Segment,
    long FirstFrame,
    long FileBytes,
    IReadOnlyList<long> LaneNext
)
{
    internal const int Size = 4096;
    internal const uint Version = 1;

    private const int LanesAt = 48;
    private const int NodeAt = 80;
    private const int CrcAt = Size - 4;

    private static ReadOnlySpan<byte> Magic => "MESHJRNL"u8;

    internal byte[] ToBytes()
    {
        var bytes = new byte[Size];
        var node = Encoding.UTF8.GetBytes(Node);
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), node.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Segment);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), FirstFrame);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), FileBytes);
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(LanesAt + (8 * lane)), LaneNext[lane]);
        }

        node.CopyTo(bytes.AsSpan(NodeAt));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CrcAt), Sum(bytes));
        return bytes;
    }

    /// <summary>Reads the header of a file, or says why it has none.</summary>
    /// <exception cref="JournalRefusedException">It is intact, of a version this program does not know.</exception>
    /// <exception cref="DiskException">The disk failed to read.</exception>
    internal static SegmentHeader? Read(Disk disk, string folder, string name, out string reason)
    {
        var bytes = new byte[Size];
        try
        {
            using var file = disk.Open(Path.Combine(folder, name), DiskAccess.Read);
            return Parse(bytes.AsSpan(0, file.Read(0, bytes)), name, out reason);
        }
        catch (DiskException e) when (e.Errno == DiskException.IsAFolder)
        {
            reason = "it is a folder, not a file";
            return null;
        }
    }

    /// <summary>Reads a header, or says why it is none.</summary>
    /// <exception cref="JournalRefusedException">It is intact, of a version this program does not know.</exception>
    internal static SegmentHeader? Parse(ReadOnlySpan<byte> bytes, string file, out string reason)
    {
        reason = "";
        if (bytes.Length < Size)
        {
            reason = $"the file has {bytes.Length} bytes, a segment's header has {Size}";
            return null;
        }

        if (!bytes.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..]) != Sum(bytes))
        {
            reason = "the segment's header does not match its checksum";
            return null;
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new JournalRefusedException(
                $"{file} has format version {version}, this program knows version {Version}: use the program that wrote it"
            );
        }

        var lanes = new long[Lanes.Count];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(LanesAt + (8 * lane))..]);
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        return new SegmentHeader(
            Encoding.UTF8.GetString(bytes.Slice(NodeAt, Math.Clamp(length, 0, CrcAt - NodeAt))),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            lanes
        );
    }

    private static uint Sum(ReadOnlySpan<byte> bytes) => Crc32C.Finish(Crc32C.Add(uint.MaxValue, bytes[..CrcAt]));
}
