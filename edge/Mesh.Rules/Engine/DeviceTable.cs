using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

/// <summary>
/// What the node knows of each device: which numbers it has seen, and the latest reading of each sensor. Latest values
/// belong to the node, not to a rule, so they survive a change of rules.
/// </summary>
internal sealed class DeviceTable(int maxDevices)
{
    /// <summary>Runs of numbering per device; beyond, the one longest without a reading is forgotten.</summary>
    public const int MaxBoots = 16;

    /// <summary>Sensors per device whose latest value is kept; further ones have none.</summary>
    public const int MaxSensors = 256;

    private readonly Dictionary<string, Device> _devices = new(StringComparer.Ordinal);
    private long _uses;
    private string? _lastName;
    private Device? _last;

    public int Count => _devices.Count;

    /// <summary>The device, made when new; null when there are too many.</summary>
    public Device? FindOrAdd(string name)
    {
        // A reading asks twice: when it comes, and when it takes effect, usually at once.
        if (ReferenceEquals(name, _lastName))
        {
            return _last;
        }

        if (_devices.TryGetValue(name, out var device))
        {
            (_lastName, _last) = (name, device);
            return device;
        }

        if (_devices.Count >= maxDevices)
        {
            return null;
        }

        device = new Device();
        _devices.Add(name, device);
        return device;
    }

    /// <summary>False when the reading has been seen before.</summary>
    public bool Admit(Device device, Reading reading) => device.Seen(reading.Boot, ++_uses).Add(reading.Seq);

    /// <summary>Every latest reading in event order.</summary>
    public IEnumerable<Reading> Latest() =>
        _devices
            .Values.SelectMany(d => d.Latest)
            .OrderBy(r => r.At.Micros)
            .ThenBy(r => r.Device, StringComparer.Ordinal)
            .ThenBy(r => r.Boot)
            .ThenBy(r => r.Seq)
            .ThenBy(r => r.Sensor, StringComparer.Ordinal);

    public void Save(StateWriter writer)
    {
        writer.Count(_devices.Count);
        foreach (var (name, device) in _devices.OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            writer.Text(name);
            device.Save(writer);
        }
    }

    public void Restore(StateReader reader)
    {
        _devices.Clear();
        _lastName = null;
        for (var left = reader.Count(); left > 0; left--)
        {
            _devices.Add(reader.RequiredText(), Device.Restore(reader, ref _uses));
        }
    }

    internal sealed class Device
    {
        private readonly List<Boot> _boots = new(1);
        private Boot? _lastBoot;
        private LatestReading[] _latest = [];

        public IEnumerable<Reading> Latest => _latest.Select(l => l.Reading);

        /// <summary>The keys of its readings, which rules share.</summary>
        public DeviceKeys? Keys { get; set; }

        public SeenSequences Seen(long boot, long use)
        {
            if (_lastBoot is { } last && last.Number == boot)
            {
                last.Used = use;
                return last.Seen;
            }

            foreach (var known in _boots)
            {
                if (known.Number == boot)
                {
                    _lastBoot = known;
                    known.Used = use;
                    return known.Seen;
                }
            }

            if (_boots.Count == MaxBoots)
            {
                _boots.Remove(_boots.MinBy(b => b.Used)!);
            }

            var added = new Boot(boot, new SeenSequences()) { Used = use };
            _boots.Add(added);
            _lastBoot = added;
            return added.Seen;
        }

        /// <summary>Notes the reading; true when the device had already sent a newer one of the sensor.</summary>
        public bool Note(Reading reading)
        {
            foreach (ref var latest in _latest.AsSpan())
            {
                if (string.Equals(latest.Sensor, reading.Sensor, StringComparison.Ordinal))
                {
                    if (reading.At < latest.At)
                    {
                        return true;
                    }

                    (latest.At, latest.Reading) = (reading.At, reading);
                    return false;
                }
            }

            if (_latest.Length < MaxSensors)
            {
                _latest = [.. _latest, new LatestReading(reading)];
            }

            return false;
        }

        public void Save(StateWriter writer)
        {
            writer.Count(_boots.Count);
            foreach (var boot in _boots.OrderBy(b => b.Used))
            {
                writer.Number(boot.Number);
                boot.Seen.Save(writer);
            }

            writer.Count(_latest.Length);
            foreach (var latest in _latest)
            {
                writer.Reading(latest.Reading);
            }
        }

        public static Device Restore(StateReader reader, ref long uses)
        {
            var device = new Device();
            for (var left = reader.Count(MaxBoots); left > 0; left--)
            {
                var number = reader.Number();
                device._boots.Add(new Boot(number, SeenSequences.Restore(reader)) { Used = ++uses });
            }

            var latest = new LatestReading[reader.Count(MaxSensors)];
            for (var i = 0; i < latest.Length; i++)
            {
                latest[i] = new LatestReading(reader.RequiredReading());
            }

            device._latest = latest;
            return device;
        }

        // What is compared stands beside the reading, which itself has long left the processor's cache.
        private struct LatestReading(Reading reading)
        {
            public readonly string Sensor = reading.Sensor;
            public Timestamp At = reading.At;
            public Reading Reading = reading;
        }

        private sealed class Boot(long number, SeenSequences seen)
        {
            public long Number { get; } = number;

            public SeenSequences Seen { get; } = seen;

            public long Used { get; set; }
        }
    }
}
