using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>Takes the properties a mapping names out of a line that is a JSON object.</summary>
internal sealed class JsonRow(IReadOnlyList<string> paths)
{
    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = Limits.JsonDepth,
        AllowDuplicateProperties = false,
    };

    private readonly string[][] _paths = [.. paths.Select(p => p.Split('.'))];

    public bool Split(Row row)
    {
        try
        {
            using var document = JsonDocument.Parse(row.Line, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return row.Fail(1, "the line is JSON but no object");
            }

            foreach (var path in _paths)
            {
                if (!Add(row, document.RootElement, path))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException e)
        {
            return row.Fail((int)(e.BytePositionInLine ?? 0) + 1, "the line is no JSON object");
        }
    }

    private static bool Add(Row row, JsonElement element, string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                row.AddAbsent();
                return true;
            }
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                row.AddAbsent();
                return true;
            case JsonValueKind.String:
                row.Add(element.GetString(), 1);
                return true;
            case JsonValueKind.Object or JsonValueKind.Array:
                return row.Fail(1, $"'{string.Join('.', path)}' is no single value");
            default:
                row.Add(element.GetRawText(), 1);
                return true;
        }
    }
}
