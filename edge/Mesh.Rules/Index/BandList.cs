using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Index;

/// <summary>
/// Rules that want one part of a reading between two limits, by the lower one: those whose lower limit the reading is
/// above are a prefix, and among them those are found whose upper limit is above the reading, by the highest upper
/// limit of each sixteen, of each 256, and so on:
/// <code>
///  highest of 256          ┌────────── 9 ──────────┐
///  highest of 16     ┌──── 7 ────┐           ┌──── 9 ────┐
///  upper limits      3  7  2  5  …           4  9  6  …  │ not in the prefix
/// </code>
/// What is below the number is passed over at once, so a reading costs what it finds, times the height at most.
/// </summary>
internal sealed class BandList(ReadingPart part) : LimitList
{
    private const int Shift = 4;

    private double[] _above = [];
    private double[][] _highest =
    [
        [],
    ];
    private int[] _orders = [];
    private Subscription[] _rules = [];

    public override bool IsEmpty => _rules.Length == 0;

    public override bool Is(RangeTerm term) => term.IsBand && term.Part == part;

    public override void Find(Reading reading, ref Found found)
    {
        var value = part.Of(reading);
        if (value.Kind == ValueKind.Number && Below(_above, value.Number) is var prefix and > 0)
        {
            var top = _highest.Length - 1;
            Find(value.Number, top, 0, _highest[top].Length, prefix, ref found);
        }
    }

    protected override RuleRow Row(RangeTerm term, Subscription rule) =>
        new(term.Above!.Value, term.Below!.Value, rule);

    protected override void Take(List<RuleRow> added)
    {
        var rows = RuleRow.Merge(Rows(), added, RuleRow.ByAbove);
        _above = Array.ConvertAll(rows, static r => r.Above);
        _orders = Array.ConvertAll(rows, static r => r.Rule.Order);
        _rules = Array.ConvertAll(rows, static r => r.Rule);
        var levels = new List<double[]> { Array.ConvertAll(rows, static r => r.Below) };
        while (levels[^1].Length > 1 << Shift)
        {
            levels.Add([.. levels[^1].Chunk(1 << Shift).Select(static chunk => chunk.Max())]);
        }

        _highest = [.. levels];
    }

    private IEnumerable<RuleRow> Rows()
    {
        for (var i = 0; i < _rules.Length; i++)
        {
            yield return new RuleRow(_above[i], _highest[0][i], _rules[i]);
        }
    }

    // Of those of the level from one place up to another, as far as some rule of them is in the prefix.
    private void Find(double number, int level, int from, int to, int prefix, ref Found found)
    {
        var highest = _highest[level];
        to = Math.Min(to, ((prefix - 1) >> (level * Shift)) + 1);
        for (var i = from; i < to; i++)
        {
            if (!(highest[i] > number))
            {
                continue;
            }

            if (level == 0)
            {
                found.Add(_orders[i], _rules[i]);
            }
            else
            {
                Find(
                    number,
                    level - 1,
                    i << Shift,
                    Math.Min((i + 1) << Shift, _highest[level - 1].Length),
                    prefix,
                    ref found
                );
            }
        }
    }
}
