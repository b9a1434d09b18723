using Mesh.Contracts;
using Mesh.Contracts.Blocks;

namespace Mesh.Nodes;

/// <summary>Items that were carried over into a frame, as bytes: their lane, the number of the first, and blocks of them.</summary>
internal static class CarriedBytes
{
    /// <summary>Items of one block.</summary>
    private const int BlockItems = 512;

    public static void Write(FrameWriter writer, ItemsCarried carried)
    {
        writer.Byte((byte)carried.Lane);
        writer.Number(carried.From);
        foreach (var block in carried.Items.Chunk(BlockItems))
        {
            if (carried.Lane == Lane.Readings)
            {
                ReadingBlock.Write(writer.Buffer, Array.ConvertAll(block, i => (Reading)i));
            }
            else
            {
                EventBlock.Write(writer.Buffer, block);
            }
        }
    }

    public static ItemsCarried Read(ref FrameReader reader, Lane lane)
    {
        var from = reader.Number();
        var items = new List<MeshEvent>();
        while (!reader.AtEnd)
        {
            items.AddRange(lane == Lane.Readings ? reader.Readings() : reader.Events());
        }

        return new ItemsCarried(lane, from, items);
    }
}
