using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Hosting;

/// <summary>Reads values out of a query, and collects everything that is wrong with them.</summary>
internal sealed class RequestQuery(HttpContext http)
{
    private const int MaxText = 500;

    private readonly List<string> _problems = [];

    public string? Text(string name)
    {
        var values = http.Request.Query[name];
        if (values.Count > 1)
            _problems.Add($"{name}: is given {values.Count} times; give it once");
        if (values.Count == 0 || string.IsNullOrEmpty(values[0]))
            return null;
        if (values[0]!.Length <= MaxText)
            return values[0];
        _problems.Add($"{name}: is longer than {MaxText} characters");
        return null;
    }

    public int Int(string name, int usual, int min, int max)
    {
        if (Text(name) is not { } text)
            return usual;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
            return value;
        _problems.Add($"{name}: '{text}' is not a whole number from {min} to {max}");
        return usual;
    }

    public int Limit(int usual, int most) => Int("limit", usual, 1, most);

    public bool Flag(string name)
    {
        if (Text(name) is not { } text)
            return false;
        if (bool.TryParse(text, out var value))
            return value;
        _problems.Add($"{name}: '{text}' is not true or false");
        return false;
    }

    public Guid? Batch(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (Guid.TryParse(text, out var id))
            return id;
        _problems.Add($"{name}: '{text}' is no id of a batch, such as 0197a3c2-51f0-7000-8000-000000000000");
        return null;
    }

    /// <summary>
    /// One of the values, whichever way they are written: <c>completed_with_failures</c>,
    /// <c>CompletedWithFailures</c>.
    /// </summary>
    public string? Choice(string name, IReadOnlyList<string> values)
    {
        if (Text(name) is not { } text)
            return null;
        var found = values.FirstOrDefault(value =>
            Plain(value).Equals(Plain(text), StringComparison.OrdinalIgnoreCase));
        if (found is null)
            _problems.Add($"{name}: '{text}' is not one of "
                + string.Join(", ", values.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)));
        return found;
    }

    public T? Choice<T>(string name) where T : struct, Enum =>
        Choice(name, Enum.GetNames<T>()) is { } value ? Enum.Parse<T>(value) : null;

    /// <param name="kind">Of the list: a cursor of another one is refused.</param>
    /// <returns>What the cursor stands for; null for the first page.</returns>
    public string? Cursor(string kind)
    {
        if (Text("cursor") is not { } text)
            return null;
        if (Hosting.Cursor.Read(text, kind) is { } place)
            return place;
        _problems.Add("cursor: is none of this list; give next_cursor of its page before, as it is");
        return null;
    }

    /// <exception cref="ProblemException">Something is wrong: all of it.</exception>
    public void Check()
    {
        if (_problems.Count > 0)
            throw ProblemException.BadRequest(_problems);
    }

    private static string Plain(string text) =>
        text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
