using System.Globalization;

namespace WorkerFleet.Benchmarks;

/// <summary>Made-up sources.</summary>
internal static class SampleRows
{
    public const string Prompt = "Verify: {{street}}, {{city}}";

    /// <summary>The text that <see cref="Prompt"/> makes of a row.</summary>
    public static string PromptOf(long row) => $"Verify: {Street(row)}, Springfield";

    /// <summary>About 60 bytes a row.</summary>
    public static string WriteCsv(string folder, int rows)
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"rows-{rows}.csv"));
        using var writer = new StreamWriter(path);
        writer.WriteLine("id,street,city,postcode,country");
        for (var row = 0; row < rows; row++)
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"A-{row:D8},{Street(row)},Springfield,{10_000 + (row % 89_999)},US"));
        return path;
    }

    private static string Street(long row) => string.Create(CultureInfo.InvariantCulture, $"{row % 997} Main Street");
}
