using System.CommandLine;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;

namespace WorkerFleet.Cli.Commands;

/// <summary>The argument that names a batch.</summary>
internal static class BatchArgument
{
    public const string Latest = "latest";

    private const string Meaning = "Batch: its id, the beginning of it, or latest";

    public static Argument<string?> Create() => new("BATCH")
    {
        Description = $"{Meaning} (the default)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>For commands that should not hit a batch by default.</summary>
    public static Argument<string?> CreateRequired() => new("BATCH")
    {
        Description = Meaning,
        Arity = ArgumentArity.ExactlyOne,
    };

    public static Option<string?> CreateOption() => new("--batch")
    {
        HelpName = "BATCH",
        Description = $"{Meaning} (the default).",
    };

    /// <exception cref="UserErrorException">There is no such batch.</exception>
    public static async Task<BatchProgress> ResolveAsync(
        FleetApp app, string? written, CancellationToken cancellationToken)
    {
        var (batch, problem) = await app.Queries.ResolveAsync(written ?? Latest, cancellationToken);
        if (batch is null)
            throw new UserErrorException(
                problem ?? $"There is no batch '{written}'; 'fleet list' shows those there are");
        return await app.Queries.FindAsync(batch.CorrelationId, cancellationToken)
            ?? throw new UserErrorException($"There is no batch '{written}' any more");
    }
}
