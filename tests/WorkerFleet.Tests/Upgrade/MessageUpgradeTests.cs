using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Messaging;
using WorkerFleet.Tests.AmazonSqs.Fakes;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>Messages of every version that was recorded, read by this one.</summary>
public sealed class MessageUpgradeTests
{
    private const string Folder = "messages";

    public static TheoryData<string, string> Recorded() => Recording.All(Folder);

    [Fact]
    public async Task EveryTypeOfMessage_HasASample() => Assert.Empty(await Recording.RecordAsync(
        Folder, WireTypes.ByName.Keys, name => WireMessages.SendAsync(Specimen.Of(WireTypes.ByName[name]))));

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Message_AsItWasRecorded_KeepsItsMeaning(string version, string name)
    {
        var envelope = Recording.Read(version, Folder, name);

        Assert.Empty(JsonForm.Lost(envelope["message"], WireMessages.Read(envelope, TypeOf(name))));
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Message_WithFieldsOfALaterVersion_IsReadAsWithout(string version, string name)
    {
        var envelope = Recording.Read(version, Folder, name);
        var before = WireMessages.Read(envelope, TypeOf(name));
        envelope["message"] = JsonForm.AsNewer(envelope["message"], envelope["message"]);
        envelope["fieldOfTomorrow"] = 1;

        Assert.Contains("fieldOfTomorrow", envelope["message"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(before, WireMessages.Read(envelope, TypeOf(name))));
    }

    /// <summary>A record that is moved to another namespace, or renamed, is a message that nobody knows.</summary>
    [Theory]
    [MemberData(nameof(Recorded))]
    public void Message_OnTheWire_HasTheNameThatItHad(string version, string name) =>
        Assert.Equal(Recording.Read(version, Folder, name)["messageType"]![0]!.ToString(), MessageUrn.ForTypeString(TypeOf(name)));

    /// <summary>What is scheduled is stored by the type's name, in the fleet's own JSON.</summary>
    [Theory]
    [MemberData(nameof(RecordedInSchedule))]
    public void ScheduledMessage_AsItWasRecorded_KeepsItsMeaning(string version, string name)
    {
        var body = Recording.Read(version, "scheduled", name);

        Assert.True(MessageTypes.TryDeserialize(name, body.ToJsonString(), out var message, out var problem), problem);

        Assert.Empty(JsonForm.Lost(body, JsonSerializer.SerializeToNode(message, message!.GetType(), FleetJson.Options)));
    }

    public static TheoryData<string, string> RecordedInSchedule() => Recording.All("scheduled");

    [Fact]
    public async Task EveryMessageThatCanBeScheduled_HasASample() => Assert.Empty(await Recording.RecordAsync(
        "scheduled", WireTypes.ByName.Keys.Where(IsScheduled), name => Task.FromResult(JsonSerializer.SerializeToNode(
            Specimen.Of(WireTypes.ByName[name]), WireTypes.ByName[name], FleetJson.Options)!)));

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Message_ThroughSqs_IsConsumed(string version, string name)
    {
        var envelope = Recording.Read(version, Folder, name);
        object? got = null;
        await using var bus = await SqsBus.StartAsync(configurator => configurator.ReceiveEndpoint("queue", endpoint =>
            endpoint.Handle(TypeOf(name), message => got = message)));

        bus.Sqs.Put("queue", envelope.ToJsonString(), new Dictionary<string, MessageAttributeValue>
        {
            ["Content-Type"] = new() { StringValue = "application/vnd.masstransit+json" },
        });

        await bus.UntilAsync(() => got is not null);
        Assert.Empty(JsonForm.Lost(envelope["message"], WireMessages.Write(got!, TypeOf(name))));
    }

    private static bool IsScheduled(string name)
    {
        try
        {
            return MessageTypes.NameOf(WireTypes.ByName[name]).Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static Type TypeOf(string name) => WireTypes.ByName.TryGetValue(name, out var type)
        ? type
        : throw new InvalidOperationException($"Nothing takes a {name} any more, and an earlier version sends it.");
}
