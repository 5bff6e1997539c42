using System.Globalization;
using System.Text.Json;
using WorkerFleet.Mapping;

namespace WorkerFleet.Planning;

/// <summary>
/// Reads a file of prices: <c>{"prices":{NAME:{"usd":…,"source":…,"date":…,"verify":…}}}</c>, some or all of them.
/// </summary>
public static class PriceReader
{
    private const double MaxUsd = 1_000_000;
    private const string Prices = "prices";

    private const string Example =
        """{"prices":{"sqs_million_requests":{"usd":0.4,"source":"our contract","date":"2026-11-01"}}}""";

    private static readonly string[] Fields = ["usd", "source", "date", "verify"];

    /// <param name="json">The text.</param>
    /// <param name="file">What messages call the file.</param>
    /// <param name="problems">Receives what is wrong, each one message for a person.</param>
    /// <returns>The prices that are good.</returns>
    public static IReadOnlyList<Price> Read(string json, string file, ICollection<string> problems)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions
            {
                AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip,
            });
        }
        catch (JsonException exception)
        {
            problems.Add($"{file}:{exception.LineNumber + 1}: is not valid JSON at character " +
                $"{exception.BytePositionInLine + 1}");
            return [];
        }

        using (document)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(Prices, out var prices)
                && prices.ValueKind == JsonValueKind.Object)
                return [.. prices.EnumerateObject().Select(entry => ReadPrice(entry, file, problems)).OfType<Price>()];
            problems.Add($"{file}: has no object '{Prices}', such as {Example}");
            return [];
        }
    }

    private static Price? ReadPrice(JsonProperty entry, string file, ICollection<string> problems)
    {
        var where = $"{file}: {Prices}.{entry.Name}";
        if (!PriceNames.All.Contains(entry.Name))
        {
            var hint = Nearest.To(entry.Name, PriceNames.All) is { } nearest ? $"did you mean '{nearest}'? " : "";
            problems.Add($"{where}: there is no such price; {hint}there are {string.Join(", ", PriceNames.All)}");
            return null;
        }

        if (entry.Value.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{where}: has to be an object with usd, source and date");
            return null;
        }

        var before = problems.Count;
        foreach (var field in entry.Value.EnumerateObject().Where(field => !Fields.Contains(field.Name)))
            problems.Add($"{where}.{field.Name}: there is no such field; there are {string.Join(", ", Fields)}");
        var usd = ReadUsd(entry.Value, where, problems);
        var source = ReadText(entry.Value, "source", where, "says where the price was read", problems);
        var written = ReadText(entry.Value, "date", where, "says when, such as 2026-11-21", problems);
        DateOnly date = default;
        if (written is not null && !DateOnly.TryParseExact(
            written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date))
            problems.Add($"{where}.date: '{written}' is not a date such as 2026-11-21");
        var verify = ReadVerify(entry.Value, where, problems);
        return problems.Count == before ? new(entry.Name, usd, source!, date, verify) : null;
    }

    private static double ReadUsd(JsonElement price, string where, ICollection<string> problems)
    {
        if (price.TryGetProperty("usd", out var usd) && usd.ValueKind == JsonValueKind.Number
            && usd.TryGetDouble(out var value) && value is >= 0 and <= MaxUsd)
            return value;
        problems.Add($"{where}.usd: has to be a number of US dollars from 0 to " +
            MaxUsd.ToString("N0", CultureInfo.InvariantCulture));
        return 0;
    }

    private static string? ReadText(
        JsonElement price, string field, string where, string meaning, ICollection<string> problems)
    {
        if (price.TryGetProperty(field, out var text) && text.ValueKind == JsonValueKind.String
            && !string.IsNullOrWhiteSpace(text.GetString()))
            return text.GetString();
        problems.Add($"{where}.{field}: is missing; it is a text that {meaning}");
        return null;
    }

    private static bool ReadVerify(JsonElement price, string where, ICollection<string> problems)
    {
        if (!price.TryGetProperty("verify", out var verify))
            return false;
        if (verify.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            problems.Add($"{where}.verify: has to be true or false");
        return verify.ValueKind == JsonValueKind.True;
    }
}
