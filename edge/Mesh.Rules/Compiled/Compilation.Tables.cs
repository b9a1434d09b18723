using Mesh.Rules.Tables;

namespace Mesh.Rules.Compiled;

// Reference tables, read when the rule is compiled.
internal sealed partial class Compilation
{
    private void Tables(Func<string, string?>? open)
    {
        foreach (var lookup in definition.Lookups)
        {
            var path = lookup.Path;
            LookupTable? content = null;
            if (open?.Invoke(path) is { } text)
            {
                content = CsvTable.Parse(path, text, diagnostics);
            }
            else
            {
                diagnostics.Error(lookup.File, $"there is no file {lookup.File.Description}");
            }

            // A table that cannot be read leaves a gap, so that its name is not reported as well.
            _layout.Tables.Add(
                new TablePlan(_layout.Tables.Count, lookup.Name.Text, lookup.Reactive, content ?? LookupTable.Empty)
            );
            if (definition.By.Contains(lookup.Name.Text, StringComparer.Ordinal))
            {
                diagnostics.Error(lookup.Name, $"'{lookup.Name.Text}' is a part of the key already");
            }
        }
    }
}
