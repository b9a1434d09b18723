using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>Instants of a test, written as an offset from its start or in full.</summary>
internal sealed class TestTimes(Timestamp start, Diagnostics diagnostics)
{
    public Timestamp Start => start;

    /// <summary>Null when absent or, with an error, when wrong.</summary>
    public Timestamp? Optional(YamlFields fields, string name) =>
        fields.Scalar(name) is { } scalar ? Read(scalar, $"'{name}'") : null;

    /// <summary>The entry's instant; its absence is an error too.</summary>
    public Timestamp? Required(YamlFields fields, string name) =>
        fields.Required(name) is null ? null : Optional(fields, name);

    /// <summary>Null, and an error, when it is neither.</summary>
    public Timestamp? Read(YamlScalar scalar, string what)
    {
        if (Parse(scalar.Text, start) is { } found)
        {
            return found;
        }

        diagnostics.Error(
            scalar,
            $"{what} is {scalar.Description}; a time since the start such as 100s, or an instant, is expected"
        );
        return null;
    }

    /// <summary>Null when it is neither.</summary>
    public static Timestamp? Parse(string text, Timestamp start) =>
        Durations.TryParse(text, out var offset) ? start + offset
        : Timestamp.TryParse(text, out var instant) ? instant
        : null;

    /// <summary>As an offset from the start.</summary>
    public static string Format(Timestamp at, Timestamp start) => Durations.Format(at - start);
}
