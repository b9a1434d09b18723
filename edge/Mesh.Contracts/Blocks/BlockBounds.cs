namespace Mesh.Contracts.Blocks;

/// <summary>
/// What a block may hold. Wider than <see cref="Limits"/>, which the rim has checked before: a block must be able to
/// carry back whatever was let in. Writing more is an <see cref="ArgumentException"/>, reading more a
/// <see cref="FormatException"/>.
/// </summary>
public static class BlockBounds
{
    /// <summary>Readings or events in one block.</summary>
    public const int Items = Limits.RangeItems;

    /// <summary>Characters of one text.</summary>
    public const int Text = 64 * 1024;

    /// <summary>Entries of one list inside an event (labels, bindings, covered runs, …).</summary>
    public const int Entries = 64 * 1024;

    /// <summary>Bytes of a block before compression.</summary>
    public const int Bytes = 16 * 1024 * 1024;
}
