using System.Collections;
using System.Globalization;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Tests.Blocks;

/// <summary>Every property of an event as text, numbers by their bits, so that two are the same only if they are.</summary>
internal static class Exactly
{
    internal static string Text(object? item)
    {
        var text = new StringBuilder();
        Append(text, item);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? item)
    {
        switch (item)
        {
            case null:
                text.Append("null");
                break;
            case string s:
                text.Append('"').Append(s).Append('"');
                break;
            case double d:
                text.Append(CultureInfo.InvariantCulture, $"{BitConverter.DoubleToInt64Bits(d):x}");
                break;
            case Value v:
                text.Append(CultureInfo.InvariantCulture, $"{v.Kind}:{v.Micros}:{v.Text}");
                break;
            case Timestamp t:
                text.Append(CultureInfo.InvariantCulture, $"{t.Micros}");
                break;
            case IEnumerable list:
                text.Append('[');
                foreach (var entry in list)
                {
                    Append(text, entry);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case IFormattable f:
                text.Append(f.ToString(null, CultureInfo.InvariantCulture));
                break;
            case bool b:
                text.Append(b);
                break;
            default:
                text.Append('{');
                foreach (var property in item.GetType().GetProperties())
                {
                    Append(text.Append(property.Name).Append('='), property.GetValue(item));
                    text.Append(';');
                }

                text.Append('}');
                break;
        }
    }
}
