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

    public int Count => _devices.Count;

    /// <summary>The device, made when new; null when there are too many.</summary>
    public Device? FindOrAdd(string name)
    {
        if (_devices.TryGetValue(name, out var device))
        {
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
        for (var left = reader.Count(); left > 0; left--)
        {
            _devices.Add(reader.RequiredText(), Device.Restore(reader, ref _uses));
        }
    }

    internal sealed class Device
    {
        private readonly List<Boot> _boots = new(1);
        private Reading[] _latest = [];

        public IReadOnlyList<Reading> Latest => _latest;

        public SeenSequences Seen(long boot, long use)
        {
            foreach (var known in _boots)
            {
                if (known.Number == boot)
                {
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
            return added.Seen;
        }

        /// <summary>Notes the reading; true when the device had already sent a newer one of the sensor.</summary>
        public bool Note(Reading reading)
        {
            for (var i = 0; i < _latest.Length; i++)
            {
                if (string.Equals(_latest[i].Sensor, reading.Sensor, StringComparison.Ordinal))
                {
                    if (reading.At < _latest[i].At)
                    {
                        return true;
                    }

                    _latest[i] = reading;
                    return false;
                }
            }

            if (_latest.Length < MaxSensors)
            {
                _latest = [.. _latest, reading];
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
            foreach (var reading in _latest)
            {
                writer.Reading(reading);
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

            var latest = new Reading[reader.Count(MaxSensors)];
            for (var i = 0; i < latest.Length; i++)
            {
                latest[i] = reader.RequiredReading();
            }

            device._latest = latest;
            return device;
        }

        private sealed class Boot(long number, SeenSequences seen)
        {
            public long Number { get; } = number;

            public SeenSequences Seen { get; } = seen;

            public long Used { get; set; }
        }
    }
}
