using WorkerFleet.DeadLetters;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.DeadLetters;

public sealed class FailureGroupTests
{
    [Theory]
    [InlineData("Row 7 is bad.", "Row 1234567 is bad.")]
    [InlineData("Took 0.5 s of 1,000 s.", "Took 12 s of 7 s.")]
    [InlineData("Unknown city 'Rome'.", "Unknown city 'O'Fallon'.")]
    [InlineData("Unknown city \"Rome\".", "Unknown city \"a \\\"b\\\" c\".")]
    [InlineData("Unknown city `Rome`.", "Unknown city `San José`.")]
    [InlineData("Unknown city “Rome”.", "Unknown city “Oslo”.")]
    [InlineData("Bad value \"cut o", "Bad value \"cut off at another pl")]
    [InlineData("Request 0b5c7f0e-6a43-4c8e-9d0e-2f1f5a3c7b11 failed.",
        "Request deadbeef-dead-beef-dead-beefdeadbeef failed.")]
    [InlineData("Trace deadbeefcafe ended.", "Trace 00ff00ff00ff00ff00ff00ff00ff00ff ended.")]
    [InlineData("Request req_01HZXA8Q2V failed.", "Request req_7T2M9KBB44 failed.")]
    [InlineData("No mailbox john.doe@example.com.", "No mailbox x_1+y@mail.test.")]
    [InlineData("GET https://api.test/orders/17/items?page=2 failed", "GET https://api.test/orders/8123/items?q=zip failed")]
    [InlineData("GET https://api.test/u/0b5c7f0e-6a43-4c8e-9d0e-2f1f5a3c7b11: gone", "GET https://api.test/u/12: gone")]
    [InlineData("Refused (127.0.0.1:8080)", "Refused (10.12.0.7:443)")]
    [InlineData("""{"error":"no row 7","trace":"abc"}""", """{"error":"no row 12","trace":"xyz"}""")]
    [InlineData("""{"error":"no zip \"12 a\" here"}""", """{"error":"no zip \"9 b c\" here"}""")]
    public void IdOf_MessagesThatDifferByRow_AreOneGroup(string one, string other) =>
        Assert.Equal(Id(one), Id(other));

    [Theory]
    [InlineData("Connection refused", "Connection reset")]
    [InlineData("can't connect, won't retry", "can't parse, won't retry")]
    [InlineData("Unknown city 'Rome'.", "Unknown street 'Rome'.")]
    [InlineData("The users' data is gone", "The users' data is locked")]
    [InlineData("""{"error":"rate limit"}""", """{"error":"database is locked"}""")]
    [InlineData("""{"error":{"message":"rate limit"}}""", """{"error":{"message":"locked"}}""")]
    [InlineData("""{"body":"1","message":"{\"code\":\"E_RATE\"}"}""", """{"body":"1","message":"{\"code\":\"E_LOCK\"}"}""")]
    [InlineData("GET https://api.test/orders/17 failed", "GET https://api.test/users/17 failed")]
    [InlineData("Bad base64 text", "Bad utf8 text")]
    public void IdOf_MessagesOfDifferentCauses_AreDifferentGroups(string one, string other) =>
        Assert.NotEqual(Id(one), Id(other));

    [Fact]
    public void IdOf_LongVaryingPart_DoesNotMoveWhatDecides() =>
        Assert.Equal(
            Id($"Item '{new string('x', 10)}' {new string('y', 100)} end"),
            Id($"Item '{new string('x', 1_500)}' {new string('y', 100)} end"));

    [Fact]
    public void IdOf_OtherKindOrStatus_IsAnotherGroup()
    {
        var failure = new ItemFailure(FailureKind.Unavailable, "It broke.", true, StatusCode: 503);

        Assert.NotEqual(FailureGroup.IdOf(failure), FailureGroup.IdOf(failure with { StatusCode = 500 }));
        Assert.NotEqual(FailureGroup.IdOf(failure), FailureGroup.IdOf(failure with { Kind = FailureKind.Throttled }));
        Assert.Equal(FailureGroup.IdOf(failure), FailureGroup.IdOf(failure with { Retryable = false }));
    }

    /// <summary>Ids are stored with dead letters: a change of the rules must be a decision, not an accident.</summary>
    [Fact]
    public void IdOf_KnownMessage_StaysTheSame()
    {
        var failure = new ItemFailure(
            FailureKind.Unavailable, "HTTP 503 from https://a.test/v1/x9 for 'Rome': {\"error\":\"busy\"}", true);

        Assert.Equal("HTTP # from https://a.test/v#/x# for #: {error:busy}", CauseText.Of(failure.Message));
        Assert.Equal("822fc3c4e9", FailureGroup.IdOf(failure));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("\\")]
    [InlineData("\"\\")]
    [InlineData("\"error\":\"")]
    [InlineData("\"error\":\"\\")]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("https://")]
    [InlineData("\ud800\0\u2028")]
    public void IdOf_OddMessage_GivesAnId(string message) => Assert.Equal(10, Id(message).Length);

    private static string Id(string message) =>
        FailureGroup.IdOf(new ItemFailure(FailureKind.AgentError, message, Retryable: true));
}
