using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Something as one line of JSON.</summary>
public static class JsonText
{
    /// <param name="item">What is written.</param>
    /// <param name="write">Writes it as one value.</param>
    public static string Of<T>(T item, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer, item);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
