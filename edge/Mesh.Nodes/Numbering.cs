using System.Security.Cryptography;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Names for new runs of numbers: epochs of journals, boots of agents.</summary>
public static class Numbering
{
    /// <summary>
    /// 53 bits: seconds since 1970 in front, chance behind, so that a later one is almost surely larger and two that
    /// begin in the same second almost surely differ.
    /// </summary>
    public static long New(TimeProvider time)
    {
        var seconds = Math.Clamp(time.GetUtcNow().ToUnixTimeSeconds(), 1, uint.MaxValue);
        Span<byte> chance = stackalloc byte[4];
        RandomNumberGenerator.Fill(chance);
        return ((seconds << 21) | (BitConverter.ToUInt32(chance) & 0x1FFFFF)) & Limits.Number;
    }
}
