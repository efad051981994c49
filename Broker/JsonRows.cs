using System.Buffers;
using System.Text;
using System.Text.Json;

namespace VdiBroker;

/// <summary>What a command lists, for programs: a JSON array of objects.</summary>
internal static class JsonRows
{
    /// <summary>Writes it.</summary>
    /// <param name="rows">What is listed.</param>
    /// <param name="write">Writes the fields of one.</param>
    public static string Of<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartObject();
                write(json, row);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
