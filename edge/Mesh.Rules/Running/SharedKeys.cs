using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>The keys of one device's readings under each <c>by</c>, as long as its labels are the same.</summary>
/// <param name="labels">The labels for which they hold.</param>
/// <param name="generation">Of <see cref="SharedKeys"/>.</param>
/// <param name="keys">By the number of the <c>by</c>; null where not asked yet.</param>
internal sealed class DeviceKeys(Labels labels, int generation, KeyValues?[] keys)
{
    public Labels Labels { get; set; } = labels;

    public int Generation => generation;

    public KeyValues?[] Keys => keys;
}

/// <summary>
/// Keys that the rules of an engine share: many rules are kept <c>by: room</c>, and a device seldom moves, so a device's
/// key is worked out once, and not by each rule for each reading. Keys of fields, which change from reading to reading,
/// are not among them. It is no state: it can be forgotten at any time.
/// </summary>
internal sealed class SharedKeys
{
    /// <summary>Different <c>by</c>s; rules with further ones work out their keys themselves.</summary>
    public const int MaxBys = 32;

    /// <summary>Keys; beyond, all are forgotten and come again as they are asked for.</summary>
    public const int MaxKeys = 1_000_000;

    private readonly Dictionary<string, int> _bys = new(StringComparer.Ordinal);
    private readonly Dictionary<KeyValues, KeyValues> _keys = [];
    private int _generation;
    private Reading? _reading;
    private KeyValues?[] _here = [];

    /// <summary>The number of the <c>by</c>; -1 when there are too many.</summary>
    public int NumberOf(IReadOnlyList<string> by)
    {
        var name = string.Join('\n', by);
        if (!_bys.TryGetValue(name, out var number))
        {
            if (_bys.Count == MaxBys)
            {
                return -1;
            }

            number = _bys.Count;
            _bys.Add(name, number);
            _generation++;
            _reading = null;
        }

        return number;
    }

    /// <summary>The reading is brought to rules next.</summary>
    public void Begin(Reading reading, DeviceTable.Device? device)
    {
        if (device is null || _bys.Count == 0)
        {
            _reading = null;
            return;
        }

        if (
            device.Keys is not { } keys
            || keys.Generation != _generation
            || !(ReferenceEquals(keys.Labels, reading.Labels) || keys.Labels.Equals(reading.Labels))
        )
        {
            device.Keys = keys = new DeviceKeys(reading.Labels, _generation, new KeyValues?[_bys.Count]);
        }

        // The next reading probably has the same object.
        keys.Labels = reading.Labels;

        (_reading, _here) = (reading, keys.Keys);
    }

    /// <summary>The key of the reading under the <c>by</c>; null when nobody has worked it out.</summary>
    public KeyValues? Find(int by, Reading reading) => by >= 0 && ReferenceEquals(reading, _reading) ? _here[by] : null;

    /// <summary>The key of the reading, worked out from its device and labels alone; rules get the same object from now on.</summary>
    /// <param name="by">The number of the <c>by</c>.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="key">Its key, which the caller will write over.</param>
    public KeyValues Keep(int by, Reading reading, KeyValues key)
    {
        if (by < 0 || !ReferenceEquals(reading, _reading))
        {
            return key;
        }

        if (!_keys.TryGetValue(key, out var kept))
        {
            if (_keys.Count == MaxKeys)
            {
                _keys.Clear();
                _generation++;
            }

            kept = key.Copy();
            _keys.Add(kept, kept);
        }

        return _here[by] = kept;
    }
}
