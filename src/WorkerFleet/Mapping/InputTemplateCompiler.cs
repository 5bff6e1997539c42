using System.Globalization;
using System.Text;
using System.Text.Json;
using WorkerFleet.Mapping.Templates;
using WorkerFleet.Sources;

namespace WorkerFleet.Mapping;

/// <summary>Makes the input template out of the prompt or the template of a mapping.</summary>
internal static class InputTemplateCompiler
{
    /// <summary>Null when the row itself is the input, and also when there are problems.</summary>
    public static InputTemplate? Compile(MappingSpec mapping, ColumnCatalog columns, List<string> problems)
    {
        if (mapping is { Prompt: not null, Template: not null })
        {
            problems.Add("There are a prompt and a template; give one of them.");
            return null;
        }

        if ((mapping.Prompt is null ? Parse(mapping.Template, problems) : Prompt(mapping.Prompt, problems)) is not { } json)
            return null;

        var compiler = new TemplateCompiler(columns);
        var templates = new List<CompiledTemplate?>();
        Walk(json, "$");
        return new InputTemplate(json, templates);

        void Walk(JsonElement element, string path)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                        Walk(property.Value, $"{path}.{property.Name}");
                    break;
                case JsonValueKind.Array:
                    var index = 0;
                    foreach (var item in element.EnumerateArray())
                        Walk(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"));
                    break;
                case JsonValueKind.String:
                    var what = mapping.Prompt is null ? $"The template's string {path}" : "The prompt";
                    templates.Add(Compile(compiler, element.GetString()!, what, problems));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Null for plain text, which stays as it is.</summary>
    private static CompiledTemplate? Compile(
        TemplateCompiler compiler, string template, string what, List<string> problems)
    {
        if (!template.Contains("{{", StringComparison.Ordinal))
            return null;

        try
        {
            return compiler.Compile(template);
        }
        catch (TemplateSyntaxException exception)
        {
            var before = template.AsSpan(0, Math.Min(exception.Position, template.Length));
            var line = before.Count('\n') + 1;
            var column = before.Length - before.LastIndexOf('\n');
            problems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} cannot be used (line {line}, column {column}): {exception.Message}"));
            return null;
        }
    }

    private static JsonElement? Prompt(string prompt, List<string> problems)
    {
        if (!string.IsNullOrWhiteSpace(prompt))
            return JsonSerializer.SerializeToElement(new { messages = new[] { new { role = "user", content = prompt } } });
        problems.Add("The prompt is empty.");
        return null;
    }

    private static JsonElement? Parse(string? template, List<string> problems)
    {
        if (template is null)
            return null;

        try
        {
            var json = JsonElement.Parse(template, JsonLinesFormat.Strict);
            if (JsonProblem.FindLoneSurrogate(Encoding.UTF8.GetBytes(template)) is null)
                return json;
            problems.Add("The template has a \\u escape for half a character; write both halves.");
        }
        catch (JsonException exception)
        {
            var place = exception is { LineNumber: { } line, BytePositionInLine: { } column }
                ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1}, column {column + 1})")
                : "";
            problems.Add($"The template is not valid JSON{place}: {JsonProblem.Describe(exception)}");
        }
        catch (InvalidOperationException)
        {
            problems.Add("The template has a \\u escape for half a character; write both halves.");
        }

        return null;
    }
}
