using System.CommandLine;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet set</c>: changes limits of a batch that runs.</summary>
internal sealed class SetCommand(CliContext cli)
{
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromDays(1);

    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string?> _concurrency =
        OptionValues.Create("--concurrency", "N", "Invocations at the same time, over the whole fleet, 1 to 10,000.");

    private readonly Option<string?> _timeout =
        OptionValues.Create("--timeout", "DURATION", "Time limit of one attempt, for those that begin from now on.");

    private readonly Option<string?> _attempts =
        OptionValues.Create("--attempts", "N", "Attempts a row gets in all, 1 to 100.");

    private readonly Option<string?> _priority = OptionValues.Create(
        "--priority", "low|normal|high", "Priority over other batches, for rows that are sent from now on.");

    public Command Create()
    {
        var command = new CliCommand("set", "Change limits of a batch while it runs.")
        {
            Examples = ["set --concurrency 200", "set 0197a3c2-51f0 --priority high --timeout 2m"],
        };
        command.Add(_batch);
        command.Add(_concurrency);
        command.Add(_timeout);
        command.Add(_attempts);
        command.Add(_priority);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var change = ReadChange(parsed);
        await using var app = FleetApp.Open(cli, common);
        var found = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
        var id = Figures.ShortId(found.Batch.CorrelationId);
        if (BatchFollower.IsFinal(found)
            || found.Batch.CurrentState is BatchStatus.Cancelling or BatchStatus.Aggregating)
            throw new UserErrorException(
                $"The batch {id} is over, or ending ({StatusWords.Of(found.Batch.CurrentState)}): " +
                "there is nothing left to limit", ExitCodes.BadInput);
        change = change with { BatchId = found.Batch.CorrelationId };
        if (!found.Driven)
        {
            await app.Controller.SetLimitsAsync(change, cancellationToken);
            cli.Say($"Nobody drives the batch now; the change is made when it goes on: {common.Command(cli, $"resume {id}")}");
            return ExitCodes.Success;
        }

        var orders = new BatchOrders(cli, common);
        var shown = await orders.GiveAsync(
            app, change.BatchId, (controller, token) => controller.SetLimitsAsync(change, token),
            progress => progress.Batch.LimitsChangedAt >= change.RequestedAt || BatchFollower.IsFinal(progress),
            cancellationToken);
        if (shown is null)
            return orders.ReportLate(change.BatchId, "change its limits");
        var (limits, retry) = (shown.Batch.Spec.Limits, shown.Batch.Spec.Retry);
        orders.Report(shown,
            $"Set: concurrency {Figures.Count(limits.Concurrency)}, timeout {Durations.Format(limits.AttemptTimeout)}, " +
            $"attempts {retry.MaxAttempts}, priority {limits.Priority.ToString().ToLowerInvariant()}.");
        return ExitCodes.Success;
    }

    private SetLimits ReadChange(ParseResult parsed)
    {
        int? NumberOf(Option<string?> option, int max) =>
            parsed.GetValue(option) is null ? null : parsed.Int(option, 1, 1, max);

        var priority = parsed.GetValue(_priority);
        if (priority is not null && !Enum.GetNames<BatchPriority>().Contains(priority, StringComparer.OrdinalIgnoreCase))
            throw new UserErrorException($"--priority: '{priority}' is not low, normal or high");
        var timeout = parsed.Duration(_timeout, LongestAttempt);
        if (timeout == TimeSpan.Zero)
            throw new UserErrorException("--timeout: has to be longer than 0");
        var change = new SetLimits(
            Guid.Empty, cli.Time.GetUtcNow(), NumberOf(_concurrency, 10_000), timeout, NumberOf(_attempts, 100),
            priority is null ? null : Enum.Parse<BatchPriority>(priority, ignoreCase: true));
        return change is { Concurrency: null, AttemptTimeout: null, MaxAttempts: null, Priority: null }
            ? throw new UserErrorException(
                "There is nothing to set; name at least one of --concurrency, --timeout, --attempts, --priority")
            : change;
    }
}
