using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>How much data time one file of the store holds.</summary>
public enum StorePeriod
{
    Day,
    Month,
}

/// <summary>Where a store lies and what it keeps.</summary>
/// <param name="Folder">Its folder, created when absent.</param>
/// <param name="Epoch">The journal it is a view of; a store of another epoch is set aside and built anew.</param>
/// <param name="History">Whether readings are kept, in blocks (the cloud); else only each sensor's last one.</param>
/// <param name="Period">Data time of one file of detections, aggregates and history.</param>
/// <param name="BatchItems">Items after which frames are applied without waiting, from 1; 1,000 by default.</param>
/// <param name="QueueFrames">Frames that may wait; <see cref="LocalStore.Enqueue"/> then blocks. From 1.</param>
/// <param name="Keep">
/// Age, by the clock of the newest frame, from which a period's file is deleted; absent, nothing is. A period goes when
/// all of it is older.
/// </param>
public sealed record StoreOptions(
    string Folder,
    long Epoch,
    bool History = false,
    StorePeriod Period = StorePeriod.Month,
    int BatchItems = 1000,
    int QueueFrames = 256,
    TimeSpan? Keep = null
)
{
    /// <summary>How long the first frame of a batch waits for others; a second by default, for the sake of SD cards.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Name of the file that holds an instant.</summary>
    internal string FileOf(Timestamp at) => at.ToString()[..(Period == StorePeriod.Day ? 10 : 7)] + ".db";

    /// <summary>First instant behind the period of a file; false for a name that is none.</summary>
    internal static bool TryEnd(string file, out Timestamp end)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var day = name.Length == 7 ? name + "-01" : name;
        end = default;
        if (
            !DateTime.TryParseExact(
                day,
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var start
            )
        )
        {
            return false;
        }

        var after = name.Length == 7 ? start.AddMonths(1) : start.AddDays(1);
        end = Timestamp.From(new DateTimeOffset(after, TimeSpan.Zero));
        return true;
    }
}
