namespace Mesh.Contracts.Blocks;

/// <summary>Reads the events of a block as <see cref="EventWriter"/> wrote them.</summary>
internal sealed class EventReader(Tables tables)
{
    private long _at;

    internal MeshEvent Event(ref ByteCursor from) =>
        from.Byte() switch
        {
            EventWriter.IsDetection => Detection(ref from),
            EventWriter.IsAggregate => Aggregate(ref from),
            var other => throw new FormatException($"{other} is no kind of event"),
        };

    private Detection Detection(ref ByteCursor from)
    {
        var id = Id(ref from);
        var (rule, hash) = (from.In(tables.Texts), from.In(tables.Texts));
        var kind = (DetectionKind)UpTo(ref from, (byte)DetectionKind.Timeout);
        var severity = (Severity)UpTo(ref from, (byte)Severity.Critical);
        var key = Key(ref from);
        var (at, emitted) = (Instant(ref from), Instant(ref from));
        Timestamp? since = from.Byte() == 0 ? null : Instant(ref from);
        var reason = tables.Optional(ref from);
        var values = Values(ref from);
        var bindings = Bindings(ref from);
        var origin = new DetectionOrigin
        {
            Rule = rule,
            RuleHash = hash,
            Severity = severity,
            Labels = from.In(tables.Labels),
            Key = key,
        };
        return new Detection(origin, kind, at, emitted)
        {
            Id = id,
            Since = since,
            Reason = reason,
            Values = values,
            Bindings = bindings,
            Node = tables.Optional(ref from),
        };
    }

    // Object initialisers run in the order they are written, which is the order of the bytes.
    private Aggregate Aggregate(ref ByteCursor from) =>
        new()
        {
            Id = Id(ref from),
            Device = tables.Optional(ref from),
            Sensor = tables.Optional(ref from),
            Rule = tables.Optional(ref from),
            RuleHash = tables.Optional(ref from),
            Key = Key(ref from),
            Start = Instant(ref from),
            End = Instant(ref from),
            Emitted = Instant(ref from),
            Count = from.Signed(),
            Numbers = from.Signed(),
            Sum = from.Double(),
            Min = from.Double(),
            Max = from.Double(),
            Last = tables.Value(ref from),
            LastAt = Instant(ref from),
            Values = Values(ref from),
            Covers = Covers(ref from),
            Labels = from.In(tables.Labels),
            Node = tables.Optional(ref from),
        };

    private static byte UpTo(ref ByteCursor from, byte most)
    {
        var value = from.Byte();
        return value <= most ? value : throw new FormatException($"{value} is above {most}");
    }

    private string Id(ref ByteCursor from) =>
        from.Byte() == 1 ? Convert.ToHexStringLower(from.Raw(EventWriter.IdBytes)) : from.In(tables.Texts);

    private KeyPart[] Key(ref ByteCursor from)
    {
        var parts = new KeyPart[from.CountOfBytes(BlockBounds.Entries)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new KeyPart(from.In(tables.Texts), tables.Value(ref from));
        }

        return parts;
    }

    private KeyValuePair<string, Value>[] Values(ref ByteCursor from)
    {
        var values = new KeyValuePair<string, Value>[from.CountOfBytes(BlockBounds.Entries)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = new(from.In(tables.Texts), tables.Value(ref from));
        }

        return values;
    }

    private NamedBinding[] Bindings(ref ByteCursor from)
    {
        var all = new NamedBinding[from.CountOfBytes(BlockBounds.Entries)];
        for (var i = 0; i < all.Length; i++)
        {
            var (name, repeated) = (from.In(tables.Texts), from.Byte() != 0);
            var readings = new Binding[from.CountOfBytes(BlockBounds.Entries)];
            for (var r = 0; r < readings.Length; r++)
            {
                readings[r] = new Binding(
                    from.In(tables.Texts),
                    from.Signed(),
                    from.Signed(),
                    Instant(ref from),
                    tables.Value(ref from)
                );
            }

            all[i] = new NamedBinding(name, repeated, readings);
        }

        return all;
    }

    private static Covered[] Covers(ref ByteCursor from)
    {
        var covers = new Covered[from.CountOfBytes(BlockBounds.Entries)];
        for (var i = 0; i < covers.Length; i++)
        {
            var (boot, first) = (from.Signed(), from.Signed());
            covers[i] = new Covered(boot, first, first + from.Signed());
        }

        return covers;
    }

    private Timestamp Instant(ref ByteCursor from) => new(_at += from.Signed());
}
