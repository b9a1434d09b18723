using System.Globalization;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

internal enum TokenKind : byte
{
    End,
    Literal,
    Word,
    Symbol,
}

/// <summary>A piece of an expression; <paramref name="Offset"/> counts characters from its start.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, Value Value, int Offset)
{
    public override string ToString() => Kind == TokenKind.End ? "the end" : $"'{Text}'";
}

/// <summary>What is wrong with an expression, and where in it.</summary>
internal sealed class ExpressionError(int offset, string message) : Exception(message)
{
    public int Offset { get; } = offset;
}

/// <summary>Cuts an expression into tokens. Numbers with a unit are durations; words are names or operators.</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] Symbols =
    [
        "==",
        "!=",
        "<=",
        ">=",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
    ];

    private int _at;

    /// <exception cref="ExpressionError">A character, text or number that does not belong here.</exception>
    public List<Token> Tokens()
    {
        var tokens = new List<Token>();
        while (true)
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }

            if (_at == text.Length)
            {
                tokens.Add(new Token(TokenKind.End, "", default, _at));
                return tokens;
            }

            tokens.Add(Next());
        }
    }

    private Token Next()
    {
        var c = text[_at];
        if (char.IsAsciiDigit(c))
        {
            return NumberOrDuration();
        }

        if (c is '"' or '\'')
        {
            return Quoted(c);
        }

        if (char.IsLetter(c) || c == '_')
        {
            return Word();
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) == 0)
            {
                var token = new Token(TokenKind.Symbol, symbol, default, _at);
                _at += symbol.Length;
                return token;
            }
        }

        var hint = c switch
        {
            '=' => "; to compare write '=='",
            '!' => "; write 'not'",
            '&' => "; write 'and'",
            '|' => "; write 'or'",
            _ => "",
        };
        throw new ExpressionError(_at, $"'{c}' does not belong in an expression{hint}");
    }

    private Token Word()
    {
        var start = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        var word = text[start.._at];
        var value = word switch
        {
            "true" => Value.True,
            "false" => Value.False,
            _ => default,
        };
        return new Token(value.IsUnknown ? TokenKind.Word : TokenKind.Literal, word, value, start);
    }

    private Token NumberOrDuration()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.'))
        {
            _at++;
            if (_at < text.Length && text[_at] is '+' or '-' && _at < text.Length && IsExponent(start))
            {
                _at++;
            }
        }

        var piece = text[start.._at];
        if (Durations.TryParse(piece, out var duration))
        {
            return new Token(TokenKind.Literal, piece, Value.Of(duration), start);
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(piece, Style, CultureInfo.InvariantCulture, out var number))
        {
            throw new ExpressionError(start, $"'{piece}' is neither a number nor a duration such as 30s or 1h30m");
        }

        return double.IsFinite(number)
            ? new Token(TokenKind.Literal, piece, Value.Of(number), start)
            : throw new ExpressionError(start, $"'{piece}' is beyond what a number can hold");
    }

    // 1e-3: the sign belongs to the number when digits and an e stand before it.
    private bool IsExponent(int start) =>
        text[_at - 1] is 'e' or 'E'
        && _at - 1 > start
        && text.AsSpan(start, _at - 1 - start).IndexOfAnyExcept("0123456789.") < 0;

    private Token Quoted(char quote)
    {
        var start = _at++;
        var content = new StringBuilder();
        while (_at < text.Length && text[_at] != quote)
        {
            var c = text[_at++];
            if (c == '\\')
            {
                c = Escaped();
            }

            content.Append(c);
        }

        if (_at == text.Length)
        {
            throw new ExpressionError(start, $"the text that begins here is not closed with {quote}");
        }

        _at++;
        return new Token(TokenKind.Literal, text[start.._at], Value.Of(content.ToString()), start);
    }

    private char Escaped()
    {
        var c = _at < text.Length ? text[_at++] : '\0';
        return c switch
        {
            'n' => '\n',
            't' => '\t',
            '\\' or '"' or '\'' => c,
            _ => throw new ExpressionError(_at - 2, @"a backslash is followed by one of \ "" ' n t"),
        };
    }
}
