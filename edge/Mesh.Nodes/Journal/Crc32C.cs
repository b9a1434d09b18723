using System.Buffers.Binary;
using System.Numerics;

namespace Mesh.Nodes;

/// <summary>CRC-32C (Castagnoli), which the processors of servers and of a Raspberry Pi 3 and later compute in hardware.</summary>
internal static class Crc32C
{
    /// <summary>Starts a sum; what was summed up under one seed never passes under another.</summary>
    internal static uint Seed(long epoch, long segment) =>
        BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, (ulong)epoch), (ulong)segment);

    internal static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            sum = BitOperations.Crc32C(sum, b);
        }

        return sum;
    }

    internal static uint Finish(uint sum) => ~sum;
}
