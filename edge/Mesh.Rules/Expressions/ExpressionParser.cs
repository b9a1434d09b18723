namespace Mesh.Rules.Expressions;

/// <summary>
/// <code>
/// or    := and ('or' and)*                    and   := not ('and' not)*
/// not   := 'not' not | compare                compare := sum (op sum | ['not'] 'in' '[' list ']' | word sum)?
/// sum   := term (('+'|'-') term)*             term  := sign (('*'|'/'|'%') sign)*
/// sign  := '-' sign | primary                 primary := literal | name | name.name | name(list) | name[or].name | '(' or ')'
/// </code>
/// </summary>
internal sealed class ExpressionParser
{
    /// <summary>Nesting beyond this is an error, so that no file can exhaust the stack.</summary>
    public const int MaxDepth = 64;

    /// <summary>Joined parts beyond this are an error: each of them takes some of the stack when it is judged.</summary>
    public const int MaxJoined = 1000;

    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];
    private static readonly string[] TextOperators = ["startsWith", "contains", "matches"];
    private static readonly string[] Reserved = ["and", "or", "not", "in", "startsWith", "contains", "matches"];

    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;
    private int _joined;

    private ExpressionParser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_at];

    /// <exception cref="ExpressionError">The first thing that is wrong.</exception>
    public static Syntax Parse(string text)
    {
        var parser = new ExpressionParser(new Lexer(text).Tokens());
        var result = parser.Or();
        parser.ExpectEnd();
        return result;
    }

    /// <summary>Reads <c>sensor</c> or <c>sensor[condition]</c>.</summary>
    /// <exception cref="ExpressionError">The first thing that is wrong.</exception>
    public static (string Sensor, Syntax? Filter) ParseFiltered(string text)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        var sensor = (open < 0 ? text : text[..open]).Trim();
        if (!Contracts.Limits.IsName(sensor))
        {
            throw new ExpressionError(0, $"'{sensor}' is no sensor; expected is a sensor or sensor[condition]");
        }

        if (open < 0)
        {
            return (sensor, null);
        }

        var parser = new ExpressionParser(new Lexer(new string(' ', open) + text[open..]).Tokens());
        parser.Expect("[");
        var filter = parser.Or();
        parser.Expect("]");
        parser.ExpectEnd();
        return (sensor, filter);
    }

    private void ExpectEnd()
    {
        if (Current.Kind != TokenKind.End)
        {
            throw new ExpressionError(
                Current.Offset,
                $"{Current} was found; an operator or the end is expected{Hint()}"
            );
        }
    }

    // Words are written small: the word itself, or the name in front of it, may be one that is not.
    private string Hint()
    {
        Token[] near = _at == 0 ? [Current] : [Current, _tokens[_at - 1]];
        var meant = near.Where(t => t.Kind == TokenKind.Word && !Reserved.Contains(t.Text))
            .Select(t => Array.Find(Reserved, r => r.Equals(t.Text, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(r => r is not null);
        return meant is null ? "" : $" (did you mean '{meant}'?)";
    }

    private Syntax Or() => Chain("or", And);

    private Syntax And() => Chain("and", Not);

    private Syntax Chain(string word, Func<Syntax> part)
    {
        Enter();
        var left = part();
        while (IsWord(word))
        {
            Join();
            var offset = Take().Offset;
            left = new BinarySyntax(word, left, part(), offset);
        }

        _depth--;
        return left;
    }

    private Syntax Not()
    {
        if (!IsWord("not"))
        {
            return Compare();
        }

        Enter();
        var offset = Take().Offset;
        var result = new UnarySyntax("not", Not(), offset);
        _depth--;
        return result;
    }

    private Syntax Compare()
    {
        var left = Sum();
        if (Current.Kind == TokenKind.Symbol && Comparisons.Contains(Current.Text))
        {
            var token = Take();
            var result = new BinarySyntax(token.Text, left, Sum(), token.Offset);
            return Current.Kind == TokenKind.Symbol && Comparisons.Contains(Current.Text)
                ? throw new ExpressionError(Current.Offset, "comparisons cannot be chained; join them with 'and'")
                : result;
        }

        if (Current.Kind == TokenKind.Word && TextOperators.Contains(Current.Text))
        {
            var token = Take();
            return new CallSyntax(token.Text, [left, Sum()], token.Offset);
        }

        if (IsWord("in"))
        {
            return In(left);
        }

        if (IsWord("not") && _tokens[_at + 1] is { Kind: TokenKind.Word, Text: "in" })
        {
            var offset = Take().Offset;
            return new UnarySyntax("not", In(left), offset);
        }

        return left;
    }

    private InSyntax In(Syntax operand)
    {
        var offset = Take().Offset;
        Expect("[");
        return new InSyntax(operand, List("]"), offset);
    }

    private Syntax Sum() => Operators(["+", "-"], Term);

    private Syntax Term() => Operators(["*", "/", "%"], Sign);

    private Syntax Operators(string[] symbols, Func<Syntax> part)
    {
        var left = part();
        while (Current.Kind == TokenKind.Symbol && symbols.Contains(Current.Text))
        {
            Join();
            var token = Take();
            left = new BinarySyntax(token.Text, left, part(), token.Offset);
        }

        return left;
    }

    private Syntax Sign()
    {
        if (!IsSymbol("-"))
        {
            return Primary();
        }

        Enter();
        var offset = Take().Offset;
        var result = new UnarySyntax("-", Sign(), offset);
        _depth--;
        return result;
    }

    private Syntax Primary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Literal:
                return new LiteralSyntax(token.Value, token.Offset);
            case TokenKind.Symbol when token.Text == "(":
                var inner = Or();
                Expect(")");
                return inner;
            case TokenKind.Word when !Reserved.Contains(token.Text) || IsSymbol("("):
                return Named(token);
            default:
                throw new ExpressionError(token.Offset, $"{token} was found; a value, a name or '(' is expected");
        }
    }

    private Syntax Named(Token token)
    {
        if (IsSymbol("("))
        {
            Take();
            return new CallSyntax(token.Text, List(")"), token.Offset);
        }

        if (IsSymbol("["))
        {
            return Lookup(token);
        }

        if (!IsSymbol("."))
        {
            return new NameSyntax(token.Text, token.Offset);
        }

        Take();
        var member = Take();
        return member.Kind == TokenKind.Word
            ? new MemberSyntax(token.Text, member.Text, token.Offset)
            : throw new ExpressionError(member.Offset, $"{member} was found; a name is expected after '.'");
    }

    private LookupSyntax Lookup(Token table)
    {
        Take();
        var key = Or();
        Expect("]");
        Expect(".");
        var column = Take();
        return column.Kind == TokenKind.Word
            ? new LookupSyntax(table.Text, key, column.Text, table.Offset)
            : throw new ExpressionError(column.Offset, $"{column} was found; a column of '{table.Text}' is expected");
    }

    private List<Syntax> List(string close)
    {
        var items = new List<Syntax>();
        if (!IsSymbol(close))
        {
            items.Add(Or());
            while (IsSymbol(","))
            {
                Take();
                items.Add(Or());
            }
        }

        Expect(close);
        return items;
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new ExpressionError(Current.Offset, $"the expression is nested deeper than {MaxDepth} levels");
        }
    }

    private void Join()
    {
        if (++_joined > MaxJoined)
        {
            throw new ExpressionError(
                Current.Offset,
                $"the expression joins more than {MaxJoined} parts; write 'x in [...]' or use a lookup table"
            );
        }
    }

    private void Expect(string symbol)
    {
        var token = Take();
        if (token.Kind != TokenKind.Symbol || token.Text != symbol)
        {
            throw new ExpressionError(token.Offset, $"{token} was found; '{symbol}' is expected");
        }
    }

    private bool IsWord(string word) => Current.Kind == TokenKind.Word && Current.Text == word;

    private bool IsSymbol(string symbol) => Current.Kind == TokenKind.Symbol && Current.Text == symbol;

    private Token Take()
    {
        var token = Current;
        if (token.Kind != TokenKind.End)
        {
            _at++;
        }

        return token;
    }
}
