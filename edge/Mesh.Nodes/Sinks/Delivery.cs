namespace Mesh.Nodes;

/// <summary>How an attempt to carry out an action ended.</summary>
public enum DeliveryOutcome : byte
{
    Delivered,

    /// <summary>It may work later: nobody answered, or the other side is in trouble.</summary>
    Failed,

    /// <summary>It will never work: the other side said so, or there is no such destination.</summary>
    Refused,
}

/// <summary>An attempt to carry out an action.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">What went wrong, in words without secrets.</param>
/// <param name="After">How long the other side asks to be left alone.</param>
public readonly record struct Delivery(DeliveryOutcome Outcome, string Reason = "", TimeSpan? After = null)
{
    public static readonly Delivery Done = new(DeliveryOutcome.Delivered);

    public static Delivery Failed(string reason, TimeSpan? after = null) => new(DeliveryOutcome.Failed, reason, after);

    public static Delivery Refused(string reason) => new(DeliveryOutcome.Refused, reason);
}

/// <summary>Carries out one action; what goes wrong with the world is an outcome, not an exception.</summary>
public delegate Task<Delivery> Deliver(SinkAction action, CancellationToken cancel);
