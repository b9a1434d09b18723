namespace Mesh.Benchmarks;

/// <summary>One line of the table: what was measured, beside what it is compared with in the same run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The number, in <paramref name="Unit"/>.</param>
/// <param name="Unit">Its unit: <c>readings/s</c>, <c>MB</c>, <c>ms</c>.</param>
/// <param name="Alternative">What else could have been done with the same input.</param>
/// <param name="AlternativeValue">Its number, in the same unit.</param>
/// <param name="Target">What is asked of it; at least that many per second, at most that much of anything else.</param>
/// <param name="Note">Anything that must be known to read the number.</param>
internal sealed record Figure(
    string Name,
    double Value,
    string Unit,
    string Alternative,
    double AlternativeValue,
    double? Target = null,
    string Note = ""
)
{
    public bool MoreIsBetter => Unit.EndsWith("/s", StringComparison.Ordinal);

    /// <summary>Null without a target. Printed, never asserted: the machine may be busy.</summary>
    public bool? Met =>
        Target is not { } target ? null
        : MoreIsBetter ? Value >= target
        : Value <= target;

    public double Ratio => Value / AlternativeValue;
}
