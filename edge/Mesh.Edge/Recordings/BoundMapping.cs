using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>
/// A mapping whose columns are known: the second of its three lives (written, bound, running). Each pass over the file
/// starts a <see cref="RowReader"/> of its own, because time zones and numbering have a state.
/// </summary>
internal sealed class BoundMapping
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private BoundMapping(MappingFile file, IReadOnlyList<string> columns, bool rowNumber)
    {
        File = file;
        Columns = columns;
        Offset = rowNumber ? 1 : 0;
        for (var i = 0; i < columns.Count; i++)
        {
            _places[columns[i]] = i + Offset;
        }
    }

    public MappingFile File { get; }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>1 when rows begin with a number that no column names.</summary>
    public int Offset { get; }

    /// <summary>Fields each row must have.</summary>
    public int Fields => Columns.Count + Offset;

    /// <summary>Resolves the columns, or says for each unknown one where the mapping names it; then null.</summary>
    public static BoundMapping? Bind(
        MappingFile file,
        IReadOnlyList<string> columns,
        bool rowNumber,
        Diagnostics diagnostics
    )
    {
        var before = diagnostics.Errors;
        var bound = new BoundMapping(file, columns, rowNumber);
        _ = new RowReader(
            bound,
            reference =>
            {
                if (bound.Place(reference) is >= 0 and var place)
                {
                    return place;
                }

                diagnostics.Error(
                    reference.File,
                    reference.Place,
                    $"the recording has no column '{reference.Name}'; it has {string.Join(", ", columns)}"
                        + Nearest.Suggestion(reference.Name, columns)
                );
                return 0;
            }
        );
        return diagnostics.Errors == before ? bound : null;
    }

    public int Place(ColumnReference reference) => _places.GetValueOrDefault(reference.Name, -1);

    /// <summary>All columns a mapping names: what a JSON line is asked for.</summary>
    public static IReadOnlyList<string> NamedBy(MappingFile file)
    {
        var names = new List<string>();
        var every = new BoundMapping(file, [], rowNumber: false);
        _ = new RowReader(
            every,
            reference =>
            {
                if (!names.Contains(reference.Name, StringComparer.Ordinal))
                {
                    names.Add(reference.Name);
                }

                return 0;
            }
        );
        return names;
    }
}
