using Mesh.Rules.Expressions;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads what stands in a scalar as an expression; errors get their place in the file.</summary>
internal static class ExpressionReader
{
    /// <summary>Null, and an error, when the node holds no expression.</summary>
    public static ExpressionDefinition? Read(YamlNode? node, string name, Diagnostics diagnostics)
    {
        if (Scalar(node, name, diagnostics) is not { } scalar)
        {
            return null;
        }

        try
        {
            return new ExpressionDefinition(scalar, ExpressionParser.Parse(scalar.Text));
        }
        catch (ExpressionError e)
        {
            diagnostics.Error(scalar.File, scalar.PositionOf(e.Offset), e.Message);
            return null;
        }
    }

    /// <summary>Reads <c>sensor</c> or <c>sensor[condition]</c>.</summary>
    public static SensorDefinition? ReadSensor(YamlNode? node, string name, Diagnostics diagnostics)
    {
        if (Scalar(node, name, diagnostics) is not { } scalar)
        {
            return null;
        }

        try
        {
            var (sensor, filter) = ExpressionParser.ParseFiltered(scalar.Text);
            return new SensorDefinition(
                scalar,
                sensor,
                filter is null ? null : new ExpressionDefinition(scalar, filter)
            );
        }
        catch (ExpressionError e)
        {
            diagnostics.Error(scalar.File, scalar.PositionOf(e.Offset), e.Message);
            return null;
        }
    }

    private static YamlScalar? Scalar(YamlNode? node, string name, Diagnostics diagnostics)
    {
        if (node is YamlScalar scalar)
        {
            return scalar;
        }

        if (node is not null)
        {
            var hint = node is YamlSequence ? "; quote an expression that begins with '['" : "";
            diagnostics.Error(node, $"'{name}' is {node.Description}; an expression is expected{hint}");
        }

        return null;
    }
}
