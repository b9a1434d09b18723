using System.Globalization;
using System.Text;

namespace Mesh.Nodes;

/// <summary>
/// Metrics in the text format of Prometheus, version 0.0.4: each family once, with its help and type, then its samples.
/// </summary>
public sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    /// <summary>A number that only grows while the journal is the same; its name ends in <c>_total</c>.</summary>
    public MetricsText Counter(string name, string help) => Family(name, help, "counter");

    /// <summary>A number that goes up and down.</summary>
    public MetricsText Gauge(string name, string help) => Family(name, help, "gauge");

    /// <summary>A sample of the family begun last.</summary>
    public MetricsText Sample(string name, double value, params ReadOnlySpan<(string Label, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Label).Append("=\"");
            Escape(labels[i].Value);
            _text.Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString("R", CultureInfo.InvariantCulture));
        _text.Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();

    private MetricsText Family(string name, string help, string type)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    private void Escape(string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }
}
