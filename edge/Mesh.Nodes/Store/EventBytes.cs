using System.Buffers;
using Mesh.Contracts;
using Mesh.Contracts.Blocks;

namespace Mesh.Nodes;

/// <summary>Events as the bytes of a document: exact, and no nesting that LiteDB could trip over.</summary>
internal static class EventBytes
{
    internal static byte[] Of(MeshEvent item)
    {
        var to = new ArrayBufferWriter<byte>(256);
        EventBlock.Write(to, [item]);
        return to.WrittenSpan.ToArray();
    }

    internal static T Event<T>(byte[] bytes)
        where T : MeshEvent => EventBlock.Read(bytes, out _) is [T item] ? item : throw NotOne();

    internal static byte[] Of(IReadOnlyList<Reading> readings)
    {
        var to = new ArrayBufferWriter<byte>(1024);
        ReadingBlock.Write(to, readings);
        return to.WrittenSpan.ToArray();
    }

    internal static Reading[] Readings(byte[] bytes) => ReadingBlock.Read(bytes, out _);

    private static FormatException NotOne() => new("a document does not hold the one event it should");
}
