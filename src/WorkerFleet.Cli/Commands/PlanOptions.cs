using System.CommandLine;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Planning;
using WorkerFleet.Planning;

namespace WorkerFleet.Cli.Commands;

/// <summary>Options of <c>fleet plan</c> beside those of a run.</summary>
internal sealed class PlanOptions(CliContext cli)
{
    private const int MostWorkers = 10_000;
    private const double MostTokens = 1e9;

    private static readonly TimeSpan LongestCall = TimeSpan.FromDays(1);

    private readonly Option<string?> _sample = OptionValues.Create(
        "--sample", "N", "Really invoke N rows, 1 to 1,000, spread over the source: these calls are paid.");

    private readonly Option<string?> _latency = OptionValues.Create(
        "--latency", "DURATION", "In place of a sample: how long a call takes on average.");

    private readonly Option<string?> _latencyP95 = OptionValues.Create(
        "--latency-p95", "DURATION", "What 95 of 100 calls are done in. Default: all take the same.");

    private readonly Option<string?> _failureRate = OptionValues.Create(
        "--failure-rate", "SHARE", "Attempts that fail and are tried again, such as 0.02 or 2%. Default: none.");

    private readonly Option<string?> _refusedRate = OptionValues.Create(
        "--refused-rate", "SHARE", "Rows that fail for good at once. Default: none.");

    private readonly Option<string?> _throttledRate = OptionValues.Create(
        "--throttled-rate", "SHARE", "Calls that are throttled, at most 90%. Default: none.");

    private readonly Option<string?> _outputSize = OptionValues.Create(
        "--output-size", "SIZE", "Mean size of an answer. Default: 1KiB, or as sampled.");

    private readonly Option<string?> _background = OptionValues.Create(
        "--background", "DURATION", "How long an agent works on in the background for a row.");

    private readonly Option<string?> _tokensIn = OptionValues.Create(
        "--tokens-in", "N", "Mean tokens that a call sends to models.");

    private readonly Option<string?> _tokensOut = OptionValues.Create(
        "--tokens-out", "N", "Mean tokens that models answer a call with.");

    private readonly Option<string?> _vcpus = OptionValues.Create(
        "--vcpus", "N", "vCPUs that an AgentCore session computes with, on average over its call.");

    private readonly Option<string?> _memory = OptionValues.Create(
        "--memory-gb", "N", "Memory that an AgentCore session takes at its peak, in GB, such as 0.5.");

    private readonly Option<string?> _workers = OptionValues.Create(
        "--workers", "N", "Workers of the fleet. Default: as many as are of use.");

    private readonly Option<string?> _workerConcurrency = OptionValues.Create(
        "--worker-concurrency", "N",
        $"Rows that each works on at the same time. Default: {FleetProcessCommand.ConcurrencyKey}, or " +
        $"{FleetProcessCommand.DefaultConcurrency}.");

    private readonly Option<string?> _transport = OptionValues.Create(
        "--transport", "embedded|rabbitmq|amazonsqs",
        "What the fleet meets at. Default: as configured; embedded is 'fleet run'.");

    private readonly Option<string?> _store = OptionValues.Create(
        "--store", "sqlite|dynamodb", "Where it keeps its records. Default: as configured.");

    private readonly Option<string?> _prices = OptionValues.Create(
        "--prices", "FILE.json",
        $"Prices in place of those in {PriceFiles.FileName} beside fleet. Default: {PriceFiles.Key}.");

    public void AddTo(CliCommand command)
    {
        foreach (var option in (Option[])[_sample, _latency, _latencyP95, _failureRate, _refusedRate, _throttledRate,
            _outputSize, _background])
            command.Add(option, "Calls");
        foreach (var option in (Option[])[_tokensIn, _tokensOut, _vcpus, _memory, _prices])
            command.Add(option, "Costs");
        foreach (var option in (Option[])[_workers, _workerConcurrency, _transport, _store])
            command.Add(option, "Fleet");
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="common">All of the configuration.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <returns>Null when there are problems.</returns>
    public PlanChoices? Read(ParseResult parsed, CommonValues common, List<string> problems)
    {
        var before = problems.Count;
        var sample = Try(() => parsed.Int(_sample, 0, 1, 1_000), problems);
        var given = ReadCalls(parsed, problems);
        var size = ReadSize(parsed, _outputSize, problems);
        var background = Try(() => parsed.Duration(_background, LongestCall), problems);
        var cost = ReadCost(parsed, problems);
        var fleet = ReadFleet(parsed, common, problems);
        var prices = PriceFiles.Read(cli, parsed.GetValue(_prices), common.Configuration[PriceFiles.Key], problems);
        var isGiven = parsed.GetValue(_latency) is not null;
        if (parsed.GetValue(_sample) is not null && isGiven)
            problems.Add("--latency: is what --sample measures; choose one of them");
        foreach (var option in (Option<string?>[])[_latencyP95, _failureRate, _refusedRate, _throttledRate])
            if (parsed.GetValue(option) is not null && !isGiven)
                problems.Add($"{option.Name}: belongs to --latency; give that, too");
        return problems.Count > before ? null : new(sample, given, size, background, cost, fleet!, prices!);
    }

    private CallProfile? ReadCalls(ParseResult parsed, List<string> problems)
    {
        var mean = Try(() => parsed.Duration(_latency, LongestCall), problems);
        var p95 = Try(() => parsed.Duration(_latencyP95, LongestCall), problems);
        var failures = Try(() => parsed.Share(_failureRate), problems) ?? 0;
        var refused = Try(() => parsed.Share(_refusedRate), problems) ?? 0;
        var throttled = Try(() => parsed.Share(_throttledRate, max: 0.9), problems) ?? 0;
        if (p95 < mean)
            problems.Add($"--latency-p95: {Durations.Format(p95.Value)} is shorter than the mean, --latency " +
                $"{Durations.Format(mean!.Value)}");
        if (mean is not { } latency)
            return null;
        return new()
        {
            Latency = LatencyProfile.Of(latency, p95), FailureRate = failures, RefusedRate = refused,
            ThrottledRate = throttled,
        };
    }

    private CallCost? ReadCost(ParseResult parsed, List<string> problems)
    {
        var cost = new CallCost
        {
            InputTokens = Try(() => parsed.Number(_tokensIn, 0, MostTokens), problems),
            OutputTokens = Try(() => parsed.Number(_tokensOut, 0, MostTokens), problems),
            Vcpus = Try(() => parsed.Number(_vcpus, 0, 64), problems),
            MemoryGb = Try(() => parsed.Number(_memory, 0, 64), problems),
        };
        return cost == new CallCost() ? null : cost;
    }

    private FleetShape? ReadFleet(ParseResult parsed, CommonValues common, List<string> problems)
    {
        var before = problems.Count;
        var transport = ReadChoice<PlanTransport>(parsed, _transport, problems)
            ?? Try(() => Configured(common), problems);
        var store = ReadChoice<PlanStore>(parsed, _store, problems)
            ?? Try(() => StoreChoice.Of(common).IsLocal ? PlanStore.Sqlite : PlanStore.DynamoDb, problems);
        var workers = Try(() => parsed.Int(_workers, 0, 1, MostWorkers), problems);
        var each = Try(() => FleetProcessCommand.ReadConcurrency(parsed, _workerConcurrency, common), problems);
        if (problems.Count > before)
            return null;
        if (transport == PlanTransport.Embedded && store == PlanStore.DynamoDb)
            problems.Add("--store: dynamodb is for the processes of a fleet; name what they meet at, too, with " +
                "--transport amazonsqs or rabbitmq");
        if (transport == PlanTransport.Embedded
            && (parsed.GetValue(_workers) is not null || parsed.GetValue(_workerConcurrency) is not null))
            problems.Add("--workers: 'fleet run' is one process; name what the workers of a fleet meet at, with " +
                "--transport amazonsqs or rabbitmq");
        return new()
        {
            Transport = transport, Store = store, Workers = workers == 0 ? null : workers, WorkerConcurrency = each,
        };
    }

    private static PlanTransport Configured(CommonValues common) =>
        !BrokerChoice.IsConfigured(common) ? PlanTransport.Embedded
        : BrokerChoice.Of(common).AmazonSqs is null ? PlanTransport.RabbitMq
        : PlanTransport.AmazonSqs;

    private static double? ReadSize(ParseResult parsed, Option<string?> option, List<string> problems)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        if (ByteSizes.TryParse(text, out var bytes))
            return bytes;
        problems.Add($"{option.Name}: '{text}' is not a size such as 64KiB or 8MiB");
        return null;
    }

    private static T? ReadChoice<T>(ParseResult parsed, Option<string?> option, List<string> problems)
        where T : struct, Enum
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        var names = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToList();
        var index = names.IndexOf(text.ToLowerInvariant());
        if (index >= 0)
            return Enum.GetValues<T>()[index];
        problems.Add($"{option.Name}: '{text}' is not one of {string.Join(", ", names)}" +
            Suggestions.DidYouMean(text, names));
        // What is wrong with the configured one is another matter.
        return default(T);
    }

    private static T? Try<T>(Func<T> read, List<string> problems)
    {
        try
        {
            return read();
        }
        catch (UserErrorException exception)
        {
            problems.AddRange(exception.Problems);
            return default;
        }
    }
}
