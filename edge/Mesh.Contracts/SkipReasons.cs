namespace Mesh.Contracts;

/// <summary>Why an item will never come: the words of <see cref="Skipped.Reason"/>.</summary>
public static class SkipReasons
{
    /// <summary>It was older than its lane's time to live.</summary>
    public const string Expired = "expired";

    /// <summary>The journal was full, and its owner wants the oldest dropped then.</summary>
    public const string Dropped = "dropped";

    /// <summary>What held it in the journal is damaged.</summary>
    public const string Damaged = "damaged";

    /// <summary>No message can hold it.</summary>
    public const string TooLarge = "too large";

    /// <summary>Another receiver has it, and it is not kept any more: nothing is lost.</summary>
    public const string Elsewhere = "delivered elsewhere";

    /// <summary>The receiver refused it for good; it was set aside.</summary>
    public const string Refused = "refused";

    /// <summary>All of them; a message may bring others of a later version.</summary>
    public static readonly IReadOnlyList<string> All = [Expired, Dropped, Damaged, TooLarge, Elsewhere, Refused];

    /// <summary>Whether what was skipped is lost to the receiver's tier.</summary>
    public static bool IsLoss(string reason) => reason != Elsewhere;
}
