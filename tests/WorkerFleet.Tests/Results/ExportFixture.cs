using System.Text.Json;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

/// <summary>Exports a test batch to a folder of its own.</summary>
internal sealed class ExportFixture : IDisposable
{
    private static readonly DateTimeOffset ExportedAt = TestBatch.SubmittedAt.AddMinutes(1);

    public TempFolder Folder { get; } = new();

    public Task<ExportResult> ExportAsync(
        TestBatch batch, string? finalStatus = null, Func<string, IExportFolder>? open = null) =>
        Exporter(batch, open).ExportAsync(batch.Id, Folder.Path, finalStatus, CancellationToken.None);

    public static ResultExporter Exporter(
        TestBatch batch, Func<string, IExportFolder>? open = null, Func<string, IExportFolder>? openUnlocked = null) => new(
        batch.Store, batch.Ledger, batch.Sources, new FixedTime(ExportedAt), open ?? ExportFolder.Open,
        openUnlocked ?? ExportFolder.OpenUnlocked);

    public string Text(string name) => File.ReadAllText(Folder[name]);

    public JsonElement Json(string name) => JsonElement.Parse(Text(name));

    /// <summary>Lines end in a line feed and nothing else, whatever else a reader may take for a line end.</summary>
    public JsonElement[] Lines(string name) =>
        [.. Text(name).Split('\n')[..^1].Select(line => JsonElement.Parse(line))];

    public void Dispose() => Folder.Dispose();

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
