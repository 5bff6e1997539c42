using static WorkerFleet.Deployment.Ecs.FleetTemplate;

namespace WorkerFleet.Deployment.Ecs;

public sealed class AlarmTests
{
    private static readonly FleetTemplate Template = FleetTemplate.Whole;

    [Theory]
    [InlineData("DeadLettersNotFiled", "AWS/SQS ApproximateAgeOfOldestMessage")]
    [InlineData("DeadLettersPileUp", "AWS/SQS ApproximateNumberOfMessagesVisible")]
    [InlineData("ItemsFail", "WorkerFleet fleet.dead_letters")]
    [InlineData(
        "ItemsWaitLong", "AWS/SQS ApproximateAgeOfOldestMessage", "AWS/SQS ApproximateAgeOfOldestMessage",
        "AWS/SQS ApproximateAgeOfOldestMessage")]
    [InlineData("NobodyWorks", "WorkerFleet fleet.backlog.items", "WorkerFleet fleet.workers.live")]
    [InlineData("NobodyOrchestrates", "WorkerFleet fleet.backlog.items")]
    [InlineData("RunsThrottled", "AWS/DynamoDB ReadThrottleEvents", "AWS/DynamoDB WriteThrottleEvents")]
    [InlineData("JournalThrottled", "AWS/DynamoDB ReadThrottleEvents", "AWS/DynamoDB WriteThrottleEvents")]
    public void Alarm_Watches_WhatItIsFor(string id, params string[] metrics)
    {
        var alarm = Template.One("AWS::CloudWatch::Alarm", $"Alarms{id}");

        var watched = alarm["Metrics"] is { } several
            ? several.AsArray().Select(each => each!["MetricStat"]?["Metric"]).OfType<System.Text.Json.Nodes.JsonNode>()
                .Select(metric => $"{Text(metric["Namespace"])} {Text(metric["MetricName"])}")
            : [$"{Text(alarm["Namespace"])} {Text(alarm["MetricName"])}"];
        Assert.Equal(metrics.Order(), watched.Order());
        Assert.NotEmpty(Text(alarm["AlarmDescription"]));
        Assert.StartsWith("<AlarmsTopic", Assert.Single(Texts(alarm["AlarmActions"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Alarms_AreAllTested() => Assert.Equal(8, Template.Of("AWS::CloudWatch::Alarm").Count);

    [Fact]
    public void Silence_OfTheOrchestrators_IsAnAlarmAndThatOfOthersIsNot()
    {
        foreach (var (id, alarm) in Template.Of("AWS::CloudWatch::Alarm"))
            Assert.Equal(
                id.StartsWith("AlarmsNobodyOrchestrates", StringComparison.Ordinal) ? "breaching" : "notBreaching",
                Text(alarm["Properties"]!["TreatMissingData"]));
    }

    [Fact]
    public void Items_ThatWait_AreThoseOfEveryPriority()
    {
        var alarm = Template.One("AWS::CloudWatch::Alarm", "AlarmsItemsWaitLong");
        var queues = Template.Of("AWS::SQS::Queue")
            .Where(each => Text(each.Value["Properties"]!["QueueName"]).StartsWith("whole-items", StringComparison.Ordinal))
            .Select(each => $"<{each.Key}.QueueName>");

        Assert.Equal(
            queues.Order(),
            alarm["Metrics"]!.AsArray().Select(each => each!["MetricStat"]?["Metric"]!["Dimensions"]![0]!["Value"])
                .OfType<System.Text.Json.Nodes.JsonNode>().Select(Text).Order());
        Assert.Equal(3_600, alarm["Threshold"]!.GetValue<int>());
    }

    [Fact]
    public void Email_IsSubscribedWhereOneIsSet()
    {
        Assert.Equal("oncall@example.com", Text(Template.One("AWS::SNS::Subscription", "Alarms")["Endpoint"]));
        Assert.Empty(FleetTemplate.Small.Of("AWS::SNS::Subscription"));
        Assert.Single(FleetTemplate.Small.Of("AWS::SNS::Topic"));
    }
}
