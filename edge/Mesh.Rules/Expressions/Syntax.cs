using System.Globalization;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

/// <summary>An expression as written. <see cref="ToString"/> is its canonical text: the same meaning, the same text.</summary>
internal abstract record Syntax(int Offset)
{
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    public abstract void Write(StringBuilder text);

    /// <summary>The names that it reads, from left to right; of <c>door.at</c> the first.</summary>
    public IEnumerable<string> Names() =>
        this switch
        {
            NameSyntax name => [name.Name],
            MemberSyntax member => [member.Target],
            UnarySyntax unary => unary.Operand.Names(),
            BinarySyntax binary => binary.Left.Names().Concat(binary.Right.Names()),
            InSyntax isIn => isIn.Items.Prepend(isIn.Operand).SelectMany(i => i.Names()),
            CallSyntax call => call.Arguments.SelectMany(a => a.Names()),
            LookupSyntax lookup => lookup.Key.Names(),
            _ => [],
        };

    protected static void WriteList(StringBuilder text, IReadOnlyList<Syntax> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            items[i].Write(text);
        }
    }
}

internal sealed record LiteralSyntax(Value Value, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text)
    {
        if (Value.Kind == ValueKind.Text)
        {
            text.Append('"').Append(Value.Text.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"');
        }
        else
        {
            text.Append(Value.ToString());
        }
    }
}

internal sealed record NameSyntax(string Name, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text) => text.Append(Name);
}

internal sealed record MemberSyntax(string Target, string Name, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text) => text.Append(CultureInfo.InvariantCulture, $"{Target}.{Name}");
}

internal sealed record CallSyntax(string Function, IReadOnlyList<Syntax> Arguments, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text)
    {
        text.Append(Function).Append('(');
        WriteList(text, Arguments);
        text.Append(')');
    }
}

/// <summary><c>limits[room].max</c></summary>
internal sealed record LookupSyntax(string Table, Syntax Key, string Column, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text)
    {
        text.Append(Table).Append('[');
        Key.Write(text);
        text.Append("].").Append(Column);
    }
}

/// <summary><c>not x</c> or <c>-x</c>.</summary>
internal sealed record UnarySyntax(string Operator, Syntax Operand, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text)
    {
        text.Append('(').Append(Operator).Append(' ');
        Operand.Write(text);
        text.Append(')');
    }
}

internal sealed record BinarySyntax(string Operator, Syntax Left, Syntax Right, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text)
    {
        text.Append('(');
        Left.Write(text);
        text.Append(' ').Append(Operator).Append(' ');
        Right.Write(text);
        text.Append(')');
    }
}

internal sealed record InSyntax(Syntax Operand, IReadOnlyList<Syntax> Items, int Offset) : Syntax(Offset)
{
    public override void Write(StringBuilder text)
    {
        text.Append('(');
        Operand.Write(text);
        text.Append(" in [");
        WriteList(text, Items);
        text.Append("])");
    }
}
