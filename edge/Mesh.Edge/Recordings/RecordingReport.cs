using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>
/// What became of the lines of a recording. Nothing is left out silently: every line is a reading or is counted here,
/// and the first <see cref="Shown"/> faults are kept with file, line and column.
/// </summary>
public sealed class RecordingReport
{
    /// <summary>Faults beyond this number are only counted.</summary>
    public const int Shown = 20;

    private readonly List<string> _problems = [];

    /// <summary>Lines that are rows: not the header, not blank, not a comment.</summary>
    public long Rows { get; internal set; }

    /// <summary>Readings made, repeated ones included.</summary>
    public long Readings { get; internal set; }

    /// <summary>Readings with the identity of an earlier one, because their line is repeated.</summary>
    public long Repeated { get; internal set; }

    /// <summary>Rows left out by <c>where</c> and <c>skip</c>.</summary>
    public long Skipped { get; internal set; }

    /// <summary>Readings not made because their row has no value for them (<c>missing</c>).</summary>
    public long Missing { get; internal set; }

    /// <summary>Rows, or single readings of a row, that could not be read.</summary>
    public long Bad { get; private set; }

    /// <summary><c>file:line:column: what was found, what is expected</c>.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Earliest and latest instant of the readings so far; null before the first.</summary>
    public (Timestamp First, Timestamp Last)? Span { get; private set; }

    internal void Fault(string file, long line, int column, string message)
    {
        Bad++;
        if (_problems.Count < Shown)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}:{column}: {message}"));
        }
    }

    internal void Count(Reading reading)
    {
        Readings++;
        var (first, last) = Span ?? (reading.At, reading.ReceivedOrAt);
        first = Timestamp.Min(first, Timestamp.Min(reading.At, reading.ReceivedOrAt));
        last = Timestamp.Max(last, Timestamp.Max(reading.At, reading.ReceivedOrAt));
        Span = (first, last);
    }
}
