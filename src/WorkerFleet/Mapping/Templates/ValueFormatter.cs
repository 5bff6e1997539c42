using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using HandlebarsDotNet;
using HandlebarsDotNet.IO;

namespace WorkerFleet.Mapping.Templates;

/// <summary>
/// Writes values as a person would: a number as it stands in the source, <c>true</c> and <c>false</c>, nothing for null, and
/// objects and arrays as JSON. What is not there is an error, never nothing.
/// </summary>
internal sealed class ValueFormatter : IFormatterProvider, IFormatter
{
    public bool TryCreateFormatter(Type type, [NotNullWhen(true)] out IFormatter? formatter)
    {
        formatter = this;
        return type == typeof(JsonElement) || type == typeof(bool) || type == typeof(UndefinedBindingResult);
    }

    public void Format<T>(T value, in EncodedTextWriter writer)
    {
        switch (value)
        {
            case JsonElement element:
                writer.Write(Text(element), encode: false);
                break;
            case bool boolean:
                writer.Write(boolean ? "true" : "false", encode: false);
                break;
            default:
                throw new MissingValueException($"{value}");
        }
    }

    public static string Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => element.GetRawText(),
    };
}
