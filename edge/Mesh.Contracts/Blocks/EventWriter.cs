namespace Mesh.Contracts.Blocks;

/// <summary>Writes the events of a block; <see cref="EventReader"/> reads the same in the same order.</summary>
internal sealed class EventWriter
{
    internal const byte IsDetection = 1;
    internal const byte IsAggregate = 2;
    internal const int IdBytes = 16;

    private readonly TableWriter _tables = new();
    private readonly ByteColumn _bytes = new();
    private long _at;

    internal ReadOnlySpan<byte> Finish(int count)
    {
        var all = new ByteColumn();
        all.Number((ulong)count);
        _tables.WriteTo(all);
        all.Raw(_bytes.Written);
        return all.Written;
    }

    internal void Event(MeshEvent item)
    {
        switch (item)
        {
            case Detection detection:
                _bytes.Byte(IsDetection);
                Detection(detection);
                break;
            case Aggregate aggregate:
                _bytes.Byte(IsAggregate);
                Aggregate(aggregate);
                break;
            default:
                throw new ArgumentException("readings have a block of their own", nameof(item));
        }
    }

    private void Detection(Detection d)
    {
        Id(d.Id);
        _bytes.Number(_tables.Text(d.Rule));
        _bytes.Number(_tables.Text(d.RuleHash));
        _bytes.Byte((byte)d.Kind);
        _bytes.Byte((byte)d.Severity);
        Key(d.Key);
        Instant(d.At);
        Instant(d.Emitted);
        _bytes.Byte(d.Since is null ? (byte)0 : (byte)1);
        if (d.Since is { } since)
        {
            Instant(since);
        }

        _bytes.Number(_tables.Optional(d.Reason));
        Values(d.Values);
        List(d.Bindings.Count);
        foreach (var named in d.Bindings)
        {
            _bytes.Number(_tables.Text(named.Name));
            _bytes.Byte(named.Repeated ? (byte)1 : (byte)0);
            List(named.Readings.Count);
            foreach (var binding in named.Readings)
            {
                _bytes.Number(_tables.Text(binding.Device));
                _bytes.Signed(binding.Boot);
                _bytes.Signed(binding.Seq);
                Instant(binding.At);
                _tables.Value(_bytes, binding.Value);
            }
        }

        _bytes.Number(_tables.Labels(d.Labels));
        _bytes.Number(_tables.Optional(d.Node));
    }

    private void Aggregate(Aggregate a)
    {
        Id(a.Id);
        _bytes.Number(_tables.Optional(a.Device));
        _bytes.Number(_tables.Optional(a.Sensor));
        _bytes.Number(_tables.Optional(a.Rule));
        _bytes.Number(_tables.Optional(a.RuleHash));
        Key(a.Key);
        Instant(a.Start);
        Instant(a.End);
        Instant(a.Emitted);
        _bytes.Signed(a.Count);
        _bytes.Signed(a.Numbers);
        _bytes.Double(a.Sum);
        _bytes.Double(a.Min);
        _bytes.Double(a.Max);
        _tables.Value(_bytes, a.Last);
        Instant(a.LastAt);
        Values(a.Values);
        List(a.Covers.Count);
        foreach (var covered in a.Covers)
        {
            _bytes.Signed(covered.Boot);
            _bytes.Signed(covered.From);
            _bytes.Signed(covered.To - covered.From);
        }

        _bytes.Number(_tables.Labels(a.Labels));
        _bytes.Number(_tables.Optional(a.Node));
    }

    /// <summary>An id is 32 hexadecimal digits and takes 16 bytes; any other text travels as it is.</summary>
    private void Id(string id)
    {
        if (id.Length == 2 * IdBytes && !id.AsSpan().ContainsAnyExcept("0123456789abcdef"))
        {
            _bytes.Byte(1);
            _bytes.Raw(Convert.FromHexString(id));
        }
        else
        {
            _bytes.Byte(0);
            _bytes.Number(_tables.Text(id));
        }
    }

    private void Key(IReadOnlyList<KeyPart> key)
    {
        List(key.Count);
        foreach (var part in key)
        {
            _bytes.Number(_tables.Text(part.Name));
            _tables.Value(_bytes, part.Value);
        }
    }

    private void Values(IReadOnlyList<KeyValuePair<string, Value>> values)
    {
        List(values.Count);
        foreach (var (name, value) in values)
        {
            _bytes.Number(_tables.Text(name));
            _tables.Value(_bytes, value);
        }
    }

    private void List(int count) => _bytes.Number((ulong)TableWriter.Bounded(count));

    /// <summary>Instants of a block lie close together, so each is the distance from the one before.</summary>
    private void Instant(Timestamp at)
    {
        _bytes.Signed(at.Micros - _at);
        _at = at.Micros;
    }
}
