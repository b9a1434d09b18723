using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>The parts of a key, such as room 101; equal by content. The hash is computed once.</summary>
internal sealed class KeyValues : IEquatable<KeyValues>
{
    private readonly Value[] _parts;
    private int _hash;

    public KeyValues(Value[] parts)
    {
        _parts = parts;
        Rehash();
    }

    public ReadOnlySpan<Value> Parts => _parts;

    public bool Equals(KeyValues? other) =>
        other is not null && _hash == other._hash && Parts.SequenceEqual(other.Parts);

    public override bool Equals(object? obj) => Equals(obj as KeyValues);

    public override int GetHashCode() => _hash;

    /// <summary>For the one scratch key with which a rule looks up: its parts were overwritten.</summary>
    public KeyValues Refill(int index, in Value value)
    {
        _parts[index] = value;
        return this;
    }

    public void Rehash()
    {
        _hash = _parts.Length;
        foreach (var part in _parts)
        {
            _hash = (_hash * 31) + part.GetHashCode();
        }

        // Keys are looked up by the low bits.
        _hash ^= _hash >>> 15;
    }

    /// <summary>The parts, one after the other.</summary>
    public string Text => string.Join(' ', _parts.Select(p => p.ToString()));

    public KeyValues Copy() => new([.. _parts]);
}

/// <summary>The newest reading of one input in one key; for a combined input, that of every device.</summary>
internal struct InputState
{
    public Reading? Newest;
    public History? History;
    public List<DeviceReading>? Devices;
}

/// <summary>A device's latest reading in a combined input, and whether the input's <c>where</c> holds for it.</summary>
internal readonly record struct DeviceReading(Reading Reading, bool Counts);

internal enum Phase : byte
{
    /// <summary>Not true, or not yet known.</summary>
    Idle,

    /// <summary>True since <see cref="KeyState.Since"/>, but not yet for as long as the rule asks.</summary>
    Pending,

    /// <summary>An episode is open.</summary>
    Firing,

    /// <summary>An episode is open and its clear condition holds, but not yet for as long as the rule asks.</summary>
    Clearing,
}

/// <summary>
/// What a rule remembers of one key: at most some 400 bytes for a rule with two inputs. Which parts are in use is the
/// rule's layout. Keys are ordered by <see cref="DueItem.Ordinal"/>, the order in which they appeared.
/// </summary>
internal sealed class KeyState : DueItem
{
    public KeyState(KeyValues values, long ordinal)
    {
        Values = values;
        Ordinal = ordinal;
    }

    /// <summary>Changes only where it stands for the keys of a rule that keeps nothing of them.</summary>
    public KeyValues Values { get; set; }

    /// <summary>What all outputs about the key have in common, once something has been said about it.</summary>
    public DetectionOrigin? Origin { get; set; }

    public InputState[] Inputs = [];

    /// <summary>Histories of parts of judged readings, per judged sensor; entries are made when first pushed.</summary>
    public History?[] Tracks = [];

    /// <summary>What the rule's body keeps of the key; null when that is nothing.</summary>
    public BodyState? Body { get; set; }

    public WindowState? Window => Body as WindowState;

    public ThrottleState? Throttle { get; set; }

    public Phase Phase { get; set; }

    /// <summary>With <c>on_start: edge</c>: a known false has been seen, so that a known true may fire.</summary>
    public bool Armed { get; set; }

    /// <summary>The open episode goes on only because nothing is known that could end it.</summary>
    public bool Stale { get; set; }

    /// <summary>Microseconds since when the condition has been true (this episode).</summary>
    public long Since { get; set; }

    /// <summary>When a pending fire or clear is due.</summary>
    public long Deadline { get; set; } = NotDue;

    /// <summary>When the clock alone may change the condition.</summary>
    public long Recheck { get; set; } = NotDue;

    /// <summary>Last time anything touched the key, for purging idle ones.</summary>
    public long Touched { get; set; }

    public long Due => Math.Min(Math.Min(Deadline, Recheck), Body?.Due ?? NotDue);

    public bool IsOpen => Phase is Phase.Firing or Phase.Clearing;
}

/// <summary>When a throttled rule last spoke, and how much it has kept back since.</summary>
internal sealed class ThrottleState
{
    public long Anchor { get; set; }

    public long Suppressed { get; set; }

    /// <summary>The open episode's fire was kept back, so its clear is too.</summary>
    public bool FireSuppressed { get; set; }
}
