using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkerFleet.Mapping;

namespace WorkerFleet.Api.Submission;

/// <summary>The fields of a submission, as they were written: names with dashes, lists as several fields.</summary>
internal sealed class SubmissionFields(IBatchRequests requests)
{
    /// <summary>Of the part, or the JSON field, with the source.</summary>
    public const string Source = "source";

    /// <summary>Fields of one submission, at most.</summary>
    public const int MaxFields = 200;

    private readonly List<KeyValuePair<string, string>> _fields = [];
    private readonly List<string> _problems = [];

    public IReadOnlyList<KeyValuePair<string, string>> Values => _fields;

    /// <summary>What is wrong so far.</summary>
    public List<string> Problems => _problems;

    public void Add(string written, string value)
    {
        var name = written.Replace('_', '-').ToLowerInvariant();
        if (_fields.Count == MaxFields)
            _problems.Add($"there are more than {MaxFields} fields");
        else if (requests.Fields.Contains(name, StringComparer.Ordinal))
            _fields.Add(new(name, value));
        else if (name == "agent-url")
            _problems.Add("agent-url: agents are not named by their address here; configure it, and name it with "
                + "agent");
        else
            _problems.Add($"{Shown(written)}: there is no such field"
                + (Nearest.To(name, requests.Fields) is { } nearest ? $"; did you mean '{nearest}'?"
                    : $"; there are {string.Join(", ", requests.Fields)}"));
    }

    public void Add(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.String:
                Add(name, value.GetString()!);
                break;
            // A template as it is, or as a text that holds it.
            case JsonValueKind.Object or JsonValueKind.Array when name == "template":
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                Add(name, value.GetRawText());
                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                    if (element.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
                        _problems.Add($"{Shown(name)}: holds a list or an object; a list is one of texts, "
                            + "numbers or booleans");
                    else
                        Add(name, element);
                break;
            default:
                _problems.Add($"{Shown(name)}: is an object; give a text, a number, a boolean or a list of them");
                break;
        }
    }

    /// <summary>What tells one request from another, however its fields are ordered.</summary>
    public string Hash(string source) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        JsonSerializer.Serialize(_fields.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => (string[])[field.Key, field.Value]).Append([Source, source])))));

    private static string Shown(string name)
    {
        const int MostShown = 60;
        var line = name.ReplaceLineEndings(" ");
        return line.Length <= MostShown ? line : line[..MostShown] + "…";
    }
}
