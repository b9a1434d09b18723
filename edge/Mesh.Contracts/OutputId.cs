using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Mesh.Contracts;

/// <summary>
/// The id of an output: a hash of rule id, rule hash, key, kind, event time, the ids of the bound readings (matches) and
/// an ordinal among equals, as 32 lower-case hexadecimal digits. The same journal gives the same ids on any node.
/// Working one out costs more than most rules do, so it is done when somebody asks.
/// </summary>
internal static class OutputId
{
    public static string Of(Detection detection)
    {
        var kind = EventJson.KindName(detection.Kind);
        var bytes = Begin(detection.Rule, detection.RuleHash, detection.Key, kind, detection.At);
        foreach (var binding in detection.Kind == DetectionKind.Match ? detection.Bindings : [])
        {
            Text(bytes, binding.Name);
            foreach (var reading in binding.Readings)
            {
                Text(bytes, reading.Device);
                Number(bytes, reading.Boot);
                Number(bytes, reading.Seq);
            }
        }

        return End(bytes, detection.Ordinal);
    }

    public static string Of(Aggregate aggregate) =>
        End(
            Begin(aggregate.Rule ?? "", aggregate.RuleHash ?? "", aggregate.Key, "aggregate", aggregate.End),
            aggregate.Ordinal
        );

    private static ArrayBufferWriter<byte> Begin(
        string rule,
        string ruleHash,
        IReadOnlyList<KeyPart> key,
        string kind,
        Timestamp at
    )
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        Text(bytes, rule);
        Text(bytes, ruleHash);
        foreach (var part in key)
        {
            Text(bytes, part.Name);
            Text(bytes, part.Value.Kind.ToString());
            Text(bytes, part.Value.ToString());
        }

        Text(bytes, kind);
        Number(bytes, at.Micros);
        return bytes;
    }

    private static string End(ArrayBufferWriter<byte> bytes, int ordinal)
    {
        if (ordinal > 0)
        {
            Number(bytes, ordinal);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.WrittenSpan, digest);
        return Convert.ToHexStringLower(digest[..16]);
    }

    private static void Text(ArrayBufferWriter<byte> bytes, string text)
    {
        Number(bytes, Encoding.UTF8.GetByteCount(text));
        bytes.Advance(Encoding.UTF8.GetBytes(text, bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }

    private static void Number(ArrayBufferWriter<byte> bytes, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes.GetSpan(8), number);
        bytes.Advance(8);
    }
}
