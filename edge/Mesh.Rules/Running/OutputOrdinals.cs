using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// The ordinal of an output among equals of one rule and instant, which its id needs. Equals are recognised by a 64-bit
/// fingerprint: should two different outputs have the same one, the second gets an ordinal it does not need, on every
/// node alike. Usually a rule says one thing at an instant, and then nothing is allocated.
/// </summary>
internal sealed class OutputOrdinals
{
    /// <summary>Equal outputs of one instant that are told apart; further ones share the last ordinal.</summary>
    public const int MaxEquals = 65_536;

    private Dictionary<ulong, int>? _said;
    private long _at = long.MinValue;
    private ulong _first;
    private int _count;

    // What was said first, as long as its fingerprint has not been asked for.
    private (string Kind, KeyValues Key, IReadOnlyList<NamedBinding> Bindings)? _unprinted;

    /// <param name="at">The instant, in microseconds.</param>
    /// <param name="kind">Of the output.</param>
    /// <param name="key">Its key, which stays as it is.</param>
    /// <param name="bindings">Those that make the id, which stay as they are.</param>
    public int Next(long at, string kind, KeyValues key, IReadOnlyList<NamedBinding> bindings)
    {
        if (at != _at)
        {
            _at = at;
            _unprinted = (kind, key, bindings);
            _count = 1;
            _said?.Clear();
            return 0;
        }

        PrintFirst();
        var fingerprint = Fingerprint(kind, key.Parts, bindings);
        if (_count == 0 || fingerprint == _first)
        {
            _first = fingerprint;
            return Math.Min(_count++, MaxEquals);
        }

        _said ??= [];
        if (_said.Count >= MaxEquals)
        {
            return MaxEquals;
        }

        var ordinal = _said.GetValueOrDefault(fingerprint);
        _said[fingerprint] = ordinal + 1;
        return ordinal;
    }

    private void PrintFirst()
    {
        if (_unprinted is var (kind, key, bindings))
        {
            _first = Fingerprint(kind, key.Parts, bindings);
            _unprinted = null;
        }
    }

    private static ulong Fingerprint(string kind, ReadOnlySpan<Value> key, IReadOnlyList<NamedBinding> bindings)
    {
        var print = Mix(0, kind);
        foreach (var part in key)
        {
            print = Mix(Mix(print, part.Kind is ValueKind.Text ? part.Text : part.ToString()), (ulong)part.Kind);
        }

        foreach (var binding in bindings)
        {
            print = Mix(print, binding.Name);
            foreach (var reading in binding.Readings)
            {
                print = Mix(Mix(Mix(print, reading.Device), (ulong)reading.Boot), (ulong)reading.Seq);
            }
        }

        return print;
    }

    public void Save(StateWriter writer)
    {
        PrintFirst();
        writer.Number(_at);
        writer.Number((long)_first);
        writer.Count(_count);
        writer.Count(_said?.Count ?? 0);
        foreach (var (print, count) in (_said ?? []).OrderBy(p => p.Key))
        {
            writer.Number((long)print);
            writer.Count(count);
        }
    }

    public void Restore(StateReader reader)
    {
        _said = null;
        _unprinted = null;
        _at = reader.Number();
        _first = (ulong)reader.Number();
        _count = reader.Count();
        for (var left = reader.Count(MaxEquals); left > 0; left--)
        {
            _said ??= [];
            var print = (ulong)reader.Number();
            _said[print] = reader.Count();
        }
    }

    private static ulong Mix(ulong print, string text)
    {
        foreach (var c in text)
        {
            print = (print ^ c) * 0x100000001B3;
        }

        return Mix(print, (ulong)text.Length);
    }

    private static ulong Mix(ulong print, ulong number)
    {
        var z = (print ^ number) + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        return z ^ (z >> 27);
    }
}
