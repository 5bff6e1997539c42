using WorkerFleet.Cli.Options;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Says so where a batch is followed that nobody in the fleet is there to work on.</summary>
internal static class FleetPresence
{
    /// <summary>Ten heartbeats.</summary>
    private static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(10);

    public static async Task NoteWhoIsMissingAsync(
        CliContext cli, CommonValues common, FleetApp app, CancellationToken cancellationToken)
    {
        if (!BrokerChoice.IsConfigured(common))
            return;
        var processes = await app.Get<IWorkerRegistry>().ListAsync(cli.Time.GetUtcNow() - GoneAfter, cancellationToken);
        foreach (var role in (string[])[FleetRole.Orchestrator, FleetRole.Worker])
            if (!processes.Any(process => process.Roles.Contains(role)))
                cli.Note($"No {role} of the fleet is running on this store; the batch waits for one: {cli.Program} {role}");
    }
}
