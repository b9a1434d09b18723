using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads a duration that may be an expression: <c>2m</c>, or <c>limits[room].patience * 2</c>.</summary>
internal static class DurationReader
{
    /// <summary>Null when absent or, with an error, when wrong; a constant 0 s is wrong unless it may be.</summary>
    public static DurationDefinition? Read(YamlFields fields, string name, Diagnostics diagnostics, bool zero = true)
    {
        if (fields.Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (Durations.TryParse(scalar.Text, out var constant))
        {
            if (!zero && constant == TimeSpan.Zero)
            {
                diagnostics.Error(scalar, $"'{name}' is 0s; more is expected");
                return null;
            }

            return new DurationDefinition(scalar, constant, null);
        }

        if (scalar.Text.StartsWith('-') && Durations.TryParse(scalar.Text.TrimStart('-'), out _))
        {
            diagnostics.Error(scalar, $"'{name}' is {scalar.Text}; a duration cannot be negative");
            return null;
        }

        return ExpressionReader.Read(scalar, name, diagnostics) is { } expression
            ? new DurationDefinition(scalar, null, expression)
            : null;
    }
}
