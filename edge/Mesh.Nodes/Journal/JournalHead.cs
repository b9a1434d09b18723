using System.Buffers.Binary;

namespace Mesh.Nodes;

/// <summary>
/// The file <c>head</c>: the number of the last segment that was begun, so that segments missing at the end are noticed.
/// Without it the journal would go on where the last segment left ends and give numbers a second time.
/// <code>
///    0  8  "MESHHEAD"
///    8  8  number of the last segment begun, little-endian
///   16  4  CRC-32C of the 16 bytes before
/// </code>
/// It is renamed into place after its segment, so it never names one that has not been there. Where it is missing or
/// damaged, nothing is concluded from it.
/// </summary>
internal static class JournalHead
{
    internal const string Name = "head";
    private const int Size = 20;

    private static ReadOnlySpan<byte> Magic => "MESHHEAD"u8;

    /// <summary>The number it holds; null when there is none, and then <paramref name="damage"/> says why unless it is absent.</summary>
    internal static long? Read(Disk disk, string folder, out string? damage)
    {
        damage = null;
        var path = Path.Combine(folder, Name);
        if (!disk.Exists(path))
        {
            return null;
        }

        var bytes = new byte[Size];
        using var file = disk.Open(path, DiskAccess.Read);
        if (
            file.Length == Size
            && file.Read(0, bytes) == Size
            && bytes.AsSpan().StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(16)) == Sum(bytes)
        )
        {
            return BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
        }

        damage = "the file does not match its checksum; whether segments are missing at the end cannot be told";
        return null;
    }

    /// <summary>
    /// Writes and syncs it under its unfinished name; renaming it is the caller's next step. False when there is no room
    /// even for that: then the old one stays, and a segment may be missed less surely.
    /// </summary>
    internal static bool Prepare(Disk disk, string folder, long segment)
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), segment);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Sum(bytes));
        try
        {
            using var file = disk.Open(Path.Combine(folder, Name + Journal.Unfinished), DiskAccess.OpenOrCreate);
            file.Write(0, bytes);
            file.Sync();
            return true;
        }
        catch (DiskException e) when (e.IsFull)
        {
            return false;
        }
    }

    /// <summary>Gives the prepared file its name; durable with the next sync of the folder.</summary>
    internal static void Publish(Disk disk, string folder) =>
        disk.Rename(Path.Combine(folder, Name + Journal.Unfinished), Path.Combine(folder, Name));

    private static uint Sum(ReadOnlySpan<byte> bytes) => Crc32C.Finish(Crc32C.Add(uint.MaxValue, bytes[..16]));
}
