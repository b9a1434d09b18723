using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>What an expression can see where it is judged. A place that lacks something throws: the generator erred.</summary>
internal abstract class Sight
{
    public abstract Value Named(string name);

    /// <summary>Microseconds, or null where there is no reading.</summary>
    public virtual long? Age(string name) => throw new NotSupportedException(name);

    /// <summary>Values of the readings of a name, newest first.</summary>
    public virtual IReadOnlyList<Value> Newest(string name) => throw new NotSupportedException(name);

    /// <summary>Instants of the same readings.</summary>
    public virtual IReadOnlyList<long> NewestAt(string name) => throw new NotSupportedException(name);

    public virtual Value Aggregate(string function, Term? of) => throw new NotSupportedException(function);
}

/// <summary>An expression of the oracle: it prints itself as a rule author would write it, and judges itself slowly.</summary>
internal abstract record Term
{
    public abstract string Text { get; }

    public abstract Value Judge(Sight sight);

    /// <summary>Durations with which ages are compared: the instants at which the clock alone changes the answer.</summary>
    public virtual IEnumerable<long> Ages => [];

    public virtual IEnumerable<string> Names => [];

    public sealed override string ToString() => Text;
}

internal sealed record Constant(Value Value) : Term
{
    public override string Text =>
        Value.Kind switch
        {
            ValueKind.Number => Value.Number.ToString(CultureInfo.InvariantCulture),
            ValueKind.Boolean => Value.IsTrue ? "true" : "false",
            _ => $"\"{Value.Text}\"",
        };

    public override Value Judge(Sight sight) => Value;
}

internal sealed record Name(string Of) : Term
{
    public override string Text => Of;

    public override Value Judge(Sight sight) => sight.Named(Of);

    public override IEnumerable<string> Names => [Of];
}

internal sealed record Compare(Term Left, string Sign, Term Right) : Term
{
    public override string Text => $"({Left.Text} {Sign} {Right.Text})";

    public override IEnumerable<long> Ages => Left.Ages.Concat(Right.Ages);

    public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override Value Judge(Sight sight) => Of(Left.Judge(sight), Sign, Right.Judge(sight));

    private static Value Of(Value a, string sign, Value b)
    {
        if (a.IsUnknown || b.IsUnknown)
        {
            return Value.Unknown;
        }

        if (sign is "==" or "!=")
        {
            return Value.Of(a.Equals(b) == (sign == "=="));
        }

        if (a.Kind != ValueKind.Number || b.Kind != ValueKind.Number)
        {
            return Value.Unknown;
        }

        return Value.Of(
            sign switch
            {
                "<" => a.Number < b.Number,
                "<=" => a.Number <= b.Number,
                ">" => a.Number > b.Number,
                _ => a.Number >= b.Number,
            }
        );
    }
}

internal sealed record Arithmetic(Term Left, string Sign, Term Right) : Term
{
    public override string Text => $"({Left.Text} {Sign} {Right.Text})";

    public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override Value Judge(Sight sight)
    {
        var (a, b) = (Left.Judge(sight), Right.Judge(sight));
        return a.Kind != ValueKind.Number || b.Kind != ValueKind.Number ? Value.Unknown
            : Sign == "+" ? Value.Of(a.Number + b.Number)
            : Sign == "-" ? Value.Of(a.Number - b.Number)
            : Value.Of(a.Number * b.Number);
    }
}

/// <summary>Kleene's <c>and</c> and <c>or</c>.</summary>
internal sealed record Both(Term Left, string Word, Term Right) : Term
{
    public override string Text => $"({Left.Text} {Word} {Right.Text})";

    public override IEnumerable<long> Ages => Left.Ages.Concat(Right.Ages);

    public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override Value Judge(Sight sight) =>
        Word == "and"
            ? Kleene.And([Left.Judge(sight), Right.Judge(sight)])
            : Kleene.Or([Left.Judge(sight), Right.Judge(sight)]);
}

internal sealed record Not(Term Of) : Term
{
    public override string Text => $"not {Of.Text}";

    public override IEnumerable<long> Ages => Of.Ages;

    public override IEnumerable<string> Names => Of.Names;

    public override Value Judge(Sight sight) => Kleene.Not(Of.Judge(sight));
}

internal sealed record AgeIs(string Of, string Sign, long Micros) : Term
{
    public override string Text => $"age({Of}) {Sign} {Times.Text(Micros)}";

    public override IEnumerable<long> Ages => [Micros];

    public override IEnumerable<string> Names => [Of];

    public override Value Judge(Sight sight) =>
        sight.Age(Of) is not { } age ? Value.Unknown
        : Sign == ">=" ? Value.Of(age >= Micros)
        : Sign == ">" ? Value.Of(age > Micros)
        : Sign == "<" ? Value.Of(age < Micros)
        : Value.Of(age <= Micros);
}

internal sealed record Known(string Of) : Term
{
    public override string Text => $"known({Of})";

    public override IEnumerable<string> Names => [Of];

    public override Value Judge(Sight sight) => Value.Of(!sight.Named(Of).IsUnknown);
}

internal sealed record Prev(string Of, int Back) : Term
{
    public override string Text => Back == 1 ? $"prev({Of})" : $"prev({Of}, {Back})";

    public override IEnumerable<string> Names => [Of];

    public override Value Judge(Sight sight) => sight.Newest(Of).ElementAtOrDefault(Back);
}

/// <summary>The newest value differs from the known one before it; the first known value is no change.</summary>
internal sealed record Changed(string Of) : Term
{
    public override string Text => $"changed({Of})";

    public override IEnumerable<string> Names => [Of];

    public override Value Judge(Sight sight)
    {
        var values = sight.Newest(Of);
        if (values.Count == 0 || values[0].IsUnknown)
        {
            return Value.Unknown;
        }

        var before = values.Skip(1).FirstOrDefault(v => !v.IsUnknown);
        return Value.Of(!before.IsUnknown && !before.Equals(values[0]));
    }
}

internal sealed record Rate(string Of, long Per) : Term
{
    public override string Text => $"rate({Of}, {Times.Text(Per)})";

    public override IEnumerable<string> Names => [Of];

    public override Value Judge(Sight sight)
    {
        var (values, at) = (sight.Newest(Of), sight.NewestAt(Of));
        return
            values.Count < 2
            || values[0].Kind != ValueKind.Number
            || values[1].Kind != ValueKind.Number
            || at[0] == at[1]
            ? Value.Unknown
            : Value.Of((values[0].Number - values[1].Number) * Per / (at[0] - at[1]));
    }
}

internal sealed record Summed(string Function, Term? Of) : Term
{
    public override string Text => $"{Function}({Of?.Text})";

    public override Value Judge(Sight sight) => sight.Aggregate(Function, Of);
}

internal static class Kleene
{
    public static Value And(IEnumerable<Value> values)
    {
        var all = values.ToList();
        return all.Any(v => v.IsFalse) ? Value.False
            : all.Count > 0 && all.All(v => v.IsTrue) ? Value.True
            : Value.Unknown;
    }

    public static Value Or(IEnumerable<Value> values)
    {
        var all = values.ToList();
        return all.Any(v => v.IsTrue) ? Value.True
            : all.Count > 0 && all.All(v => v.IsFalse) ? Value.False
            : Value.Unknown;
    }

    public static Value Not(Value value) =>
        value.IsTrue ? Value.False
        : value.IsFalse ? Value.True
        : Value.Unknown;
}

/// <summary>Instants and durations of the oracle are microseconds since the start of every test.</summary>
internal static class Times
{
    public const long Second = 1_000_000;

    public static string Text(long micros) => Durations.Format(TimeSpan.FromMicroseconds(micros));

    public static long Of(Timestamp at) => at.Micros - RuleTexts.Start.Micros;

    public static Timestamp At(long micros) => new(RuleTexts.Start.Micros + micros);
}
