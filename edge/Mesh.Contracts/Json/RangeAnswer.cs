using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// What the receiver of a range says: up to which item of that numbering it holds everything durably. With status 200
/// the range is held; with 409 it left a gap behind <paramref name="UpTo"/>.
/// </summary>
/// <param name="UpTo">The last item held.</param>
/// <param name="Epoch">The receiver's journal.</param>
public sealed record RangeAnswer(long UpTo, long Epoch)
{
    public static RangeAnswer Parse(ReadOnlySpan<byte> utf8)
    {
        var found = WireReader.Whole(utf8, static (ref Utf8JsonReader reader) => FlatObject.Read(ref reader));
        return new RangeAnswer(found.Number("upTo"), found.NumberOr("epoch", 0));
    }
}
