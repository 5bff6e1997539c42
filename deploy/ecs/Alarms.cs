using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SNS.Subscriptions;
using Constructs;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;

namespace WorkerFleet.Ecs;

/// <summary>What somebody should be woken by.</summary>
internal sealed class Alarms : Construct
{
    private static readonly string[] ThrottleEvents = ["ReadThrottleEvents", "WriteThrottleEvents"];

    private static readonly Duration Minute = Duration.Minutes(1);
    private static readonly Duration FiveMinutes = Duration.Minutes(5);

    public Alarms(Construct scope, FleetSettings settings, Queues queues, Storage storage)
        : base(scope, "Alarms")
    {
        Topic = new Topic(this, "Topic", new TopicProps { EnforceSSL = true });
        if (settings.AlarmEmail is { } email)
            Topic.AddSubscription(new EmailSubscription(email));
        var deadLetters = queues[QueueNames.DeadLetter];
        Add("DeadLettersNotFiled", 15 * 60, 1, deadLetters.MetricApproximateAgeOfOldestMessage(At(Minute, "Maximum")),
            "Orchestrators empty the dead-letter queue into the store within seconds, and do not: see that they run.");
        Add("DeadLettersPileUp", 1_000, 3,
            deadLetters.MetricApproximateNumberOfMessagesVisible(At(FiveMinutes, "Maximum")),
            "More failed items come than orchestrators file: 'fleet dead-letters groups' has the causes.");
        Add("ItemsFail", 100, 1, FleetMetrics.Of(FleetMetrics.DeadLetters, "Sum", FiveMinutes),
            "More than 100 rows failed for good within five minutes: 'fleet dead-letters groups' has the causes.");
        Add("ItemsWaitLong", settings.OldestItemMinutes * 60, 5, OldestItem(queues),
            "A row has waited too long in its queue: more workers, or an agent that is held; see 'fleet workers'.");
        Add("NobodyWorks", 0, 10, new MathExpression(new MathExpressionProps
        {
            Expression = "IF(backlog > 0 AND live < 1, 1, 0)",
            UsingMetrics = new Dictionary<string, IMetric>
            {
                ["backlog"] = FleetMetrics.Of(FleetMetrics.BacklogItems, "Minimum", Minute),
                ["live"] = FleetMetrics.Of(FleetMetrics.LiveWorkers, "Maximum", Minute),
            },
            Period = Minute,
        }), "Rows wait, and no worker lives: see the events of the service 'worker'.");
        AddSilence();
        foreach (var (name, table) in new[] { ("Runs", storage.Runs), ("Journal", storage.Journal) })
            Add($"{name}Throttled", 10, 3, Throttles(table),
                "DynamoDB throttles the table. What is throttled is repeated, so the fleet is slow, and loses nothing.");
    }

    public Topic Topic { get; }

    private static MetricOptions At(Duration period, string statistic) =>
        new() { Period = period, Statistic = statistic };

    private static MathExpression OldestItem(Queues queues) => new(new MathExpressionProps
    {
        Expression = "MAX(METRICS())",
        UsingMetrics = Enum.GetValues<BatchPriority>().ToDictionary(
            priority => priority.ToString().ToLowerInvariant(),
            IMetric (priority) => queues[QueueNames.Items(priority)]
                .MetricApproximateAgeOfOldestMessage(At(Minute, "Maximum"))),
        Period = Minute,
    });

    private static MathExpression Throttles(Table table) => new(new MathExpressionProps
    {
        Expression = "SUM(METRICS())",
        UsingMetrics = ThrottleEvents.ToDictionary(
            name => name[..1].ToLowerInvariant() + name[1..],
            IMetric (name) => new Metric(new MetricProps
            {
                Namespace = "AWS/DynamoDB",
                MetricName = name,
                Statistic = "Sum",
                Period = FiveMinutes,
                DimensionsMap = new Dictionary<string, string> { ["TableName"] = table.TableName },
            })),
        Period = FiveMinutes,
    });

    private void Add(string id, double above, int periods, IMetric metric, string description) =>
        Notify(new Alarm(this, id, new AlarmProps
        {
            Metric = metric,
            AlarmDescription = description,
            ComparisonOperator = ComparisonOperator.GREATER_THAN_THRESHOLD,
            Threshold = above,
            EvaluationPeriods = periods,
            TreatMissingData = TreatMissingData.NOT_BREACHING,
        }));

    /// <summary>
    /// One orchestrator says all the time how much there is to do. The workers' number follows from it.
    /// </summary>
    private void AddSilence() => Notify(new Alarm(this, "NobodyOrchestrates", new AlarmProps
    {
        Metric = FleetMetrics.Of(FleetMetrics.BacklogItems, "SampleCount", FiveMinutes),
        AlarmDescription = "No orchestrator has said for 15 minutes how many rows wait: see the events of the service " +
            "'orchestrator'.",
        ComparisonOperator = ComparisonOperator.LESS_THAN_THRESHOLD,
        Threshold = 1,
        EvaluationPeriods = 3,
        TreatMissingData = TreatMissingData.BREACHING,
    }));

    private void Notify(Alarm alarm) => alarm.AddAlarmAction(new SnsAction(Topic));
}
