using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads the shape of a window: which readings belong together.</summary>
internal sealed class WindowReader(YamlFields window, Diagnostics diagnostics)
{
    private static readonly string[] Kinds = ["tumbling", "sliding", "session", "count", "state"];

    /// <summary>Null, and an error, when there is none, more than one, or it is wrong.</summary>
    public WindowShapeDefinition? Read(out bool emitEmpty)
    {
        var found = Kinds.Where(k => window.Get(k) is not null).ToList();
        var every = window.Scalar("every");
        var align = Align();
        emitEmpty = window.Boolean("emit_empty") ?? false;
        if (!window.IsMapping)
        {
            return null;
        }

        if (found.Count != 1)
        {
            diagnostics.Error(window.Node!, $"a window has exactly one of {string.Join(", ", Kinds)}");
            return null;
        }

        var shape = found[0] switch
        {
            "tumbling" => Size("tumbling") is { } size ? new TumblingDefinition(size, align) : null,
            "sliding" => Sliding(every, align),
            "session" => Size("session") is { } gap ? new SessionDefinition(gap) : null,
            "count" => Count(),
            _ => State(),
        };
        Belongs("every", found[0] is "sliding" or "count", "sliding and count windows");
        if (shape is not null)
        {
            var grid = shape is TumblingDefinition or HoppingDefinition;
            Belongs("align", grid, "tumbling windows and to sliding ones with 'every: d'");
            var empties = grid || shape is SlidingDefinition { OnlyReadings: false };
            Belongs("emit_empty", empties, "windows that time ends: tumbling and sliding ones");
        }

        return shape;
    }

    private void Belongs(string name, bool belongs, string where)
    {
        if (!belongs && window.Get(name) is { } node)
        {
            diagnostics.Error(node, $"'{name}' belongs to {where}");
        }
    }

    private TimeSpan? Size(string name) => window.Duration(name, zero: false);

    private WindowShapeDefinition? Sliding(YamlScalar? every, WindowAlign align)
    {
        if (Size("sliding") is not { } size)
        {
            return null;
        }

        if (every is null or { Text: "reading" })
        {
            return new SlidingDefinition(size, OnlyReadings: every is not null);
        }

        if (Durations.TryParse(every.Text, out var step) && step > TimeSpan.Zero)
        {
            return new HoppingDefinition(size, step, align);
        }

        diagnostics.Error(every, $"'every' is {every.Description}; reading or a duration such as 30s is expected");
        return null;
    }

    private CountDefinition? Count()
    {
        var count = window.Integer("count", 1, CountDefinition.Most);
        var every = window.Get("every") is null ? count : window.Integer("every", 1, CountDefinition.Most);
        return count is { } n && every is { } m ? new CountDefinition((int)n, (int)m) : null;
    }

    private StateDefinition? State()
    {
        if (window.Get("state") is not YamlScalar scalar)
        {
            var state = new YamlFields(window.Get("state"), "a state", diagnostics);
            var begin = ExpressionReader.Read(state.Required("begin"), "begin", diagnostics);
            var end = ExpressionReader.Read(state.Get("end"), "end", diagnostics);
            state.Close();
            return begin is null ? null : new StateDefinition(begin, end, Changes: false);
        }

        if (ExpressionReader.Read(scalar, "state", diagnostics) is not { } changed)
        {
            return null;
        }

        if (changed.Syntax is CallSyntax { Function: "changed", Arguments.Count: 1 })
        {
            return new StateDefinition(changed, null, Changes: true);
        }

        diagnostics.Error(scalar, $"'state' is {scalar.Description}; changed(x), or {{begin: …, end: …}} is expected");
        return null;
    }

    private WindowAlign Align()
    {
        switch (window.Scalar("align"))
        {
            case null or { Text: "epoch" }:
                return default;
            case { Text: "first" }:
                return new WindowAlign(WindowAlignment.First, TimeSpan.Zero);
            case { } other when Durations.TryParse(other.Text, out var offset):
                return new WindowAlign(WindowAlignment.Epoch, offset);
            case { } other:
                diagnostics.Error(
                    other,
                    $"'align' is {other.Description}; epoch, first or an offset such as 6h is expected"
                );
                return default;
        }
    }
}
