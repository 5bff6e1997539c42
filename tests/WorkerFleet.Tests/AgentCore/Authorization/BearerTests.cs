using System.Text;
using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Tests.AgentCore.DataPlane;
using WorkerFleet.Tests.Fakes;
using static WorkerFleet.Tests.AgentCore.DataPlane.DataPlaneServer;

namespace WorkerFleet.Tests.AgentCore.Authorization;

public sealed class BearerTests : IDisposable
{
    private const string Secret = "s3cr&t of/the+client";

    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Invoke_StaticToken_IsSentAndNothingIsSigned()
    {
        await using var server = Answering(Ok());

        await AgentCoreCall.InvokeAsync(server.Url);

        Assert.Equal($"Bearer {AgentCoreCall.Token}", HeaderOf(server.Invocations[0], "Authorization"));
        Assert.Equal("", HeaderOf(server.Invocations[0], "X-Amz-Date"));
    }

    [Fact]
    public async Task Invoke_RefusedStaticToken_IsNotSentAgain()
    {
        await using var server = Answering(Answer("401 Unauthorized"));

        Assert.Equal(FailureKind.Denied, (await AgentCoreCall.InvokeAsync(server.Url)).Failure!.Kind);
        Assert.Single(server.Invocations);
    }

    [Fact]
    public async Task Invoke_TokenFileThatChanges_IsReadAgain()
    {
        await using var server = Answering(Ok());
        var path = Write("first-token");
        using var agent = Agent(server.Url, auth => auth.TokenFile = path);

        await InvokeAsync(agent);
        Write("second-token\n");
        await InvokeAsync(agent);
        _time.Advance(TimeSpan.FromSeconds(10));
        await InvokeAsync(agent);

        Assert.Equal(["Bearer first-token", "Bearer first-token", "Bearer second-token"], Authorizations(server));
    }

    [Fact]
    public async Task Invoke_RefusedTokenOfAFile_IsReadAgainOnce()
    {
        var path = Write("first-token");
        await using var server = Answering(number =>
        {
            Write("second-token");
            return number == 1 ? Answer("401 Unauthorized") : Ok();
        });
        using var agent = Agent(server.Url, auth => auth.TokenFile = path);

        Assert.Null((await InvokeAsync(agent)).Failure);
        Assert.Equal(["Bearer first-token", "Bearer second-token"], Authorizations(server));
    }

    [Fact]
    public async Task Invoke_TokenFileThatIsBeingReplaced_SendsWhatItHeld()
    {
        await using var server = Answering(Ok());
        var path = Write("first-token");
        using var agent = Agent(server.Url, auth => auth.TokenFile = path);
        await InvokeAsync(agent);

        Write("");
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null((await InvokeAsync(agent)).Failure);
        Assert.Equal("Bearer first-token", Authorizations(server)[^1]);
    }

    [Theory]
    [InlineData(null, "the token's file cannot be read: ")]
    [InlineData("", "is empty")]
    [InlineData("Bearer secret-token", "begins with 'Bearer'")]
    [InlineData("secret-token with more", "has a character that no bearer token has")]
    public async Task Invoke_TokenFileWithoutAToken_IsAgentWideAndShowsNothingOfIt(string? content, string expected)
    {
        await using var server = Answering(Ok());
        var path = content is null ? _folder["missing"] : Write(content);
        using var agent = Agent(server.Url, auth => auth.TokenFile = path);

        var failure = (await InvokeAsync(agent)).Failure!;

        Assert.Equal(
            (FailureKind.Denied, true, true, false),
            (failure.Kind, failure.Retryable, failure.AgentWide, failure.MayHaveRun));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, await agent.ProbeAsync(CancellationToken.None));
        Assert.Empty(server.Invocations);
    }

    [Fact]
    public async Task Invoke_Grant_AsksAsTheStandardSays()
    {
        await using var server = Answering(Ok());
        await using var grants = Granting(_ => Token("granted", 3600));
        using var agent = Agent(server.Url, Grant(grants));

        await InvokeAsync(agent);

        var request = grants.Invocations.Single();
        Assert.StartsWith("POST /oauth2/token HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Equal("application/x-www-form-urlencoded", HeaderOf(request, "Content-Type"));
        Assert.EndsWith("\r\n\r\ngrant_type=client_credentials&scope=agents%2Finvoke", request, StringComparison.Ordinal);
        var basic = Encoding.UTF8.GetString(Convert.FromBase64String(HeaderOf(request, "Authorization")["Basic ".Length..]));
        Assert.Equal("the%3Aclient:s3cr%26t%20of%2Fthe%2Bclient", basic);
        Assert.Equal(["Bearer granted"], Authorizations(server));
    }

    [Fact]
    public async Task Invoke_GrantedToken_IsReplacedBeforeItExpires()
    {
        await using var server = Answering(Ok());
        await using var grants = Granting(number => Token($"granted-{number}", 600));
        using var agent = Agent(server.Url, Grant(grants));

        await InvokeAsync(agent);
        _time.Advance(TimeSpan.FromSeconds(539));
        await InvokeAsync(agent);
        _time.Advance(TimeSpan.FromSeconds(1));
        await InvokeAsync(agent);

        Assert.Equal(["Bearer granted-1", "Bearer granted-1", "Bearer granted-2"], Authorizations(server));
    }

    [Fact]
    public async Task Invoke_GrantFailsWhileTheTokenIsValid_SendsIt()
    {
        await using var server = Answering(Ok());
        await using var grants = Granting(number =>
            number == 1 ? Token("granted", 600) : Answer("503 Service Unavailable"));
        using var agent = Agent(server.Url, Grant(grants));
        await InvokeAsync(agent);

        _time.Advance(TimeSpan.FromSeconds(599));
        Assert.Null((await InvokeAsync(agent)).Failure);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("answered 503", (await InvokeAsync(agent)).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_RefusedGrantedToken_IsReplacedOnceAndNotForEachRow()
    {
        await using var server = Answering(Answer("401 Unauthorized"));
        await using var grants = Granting(number => Token($"granted-{number}", 3600));
        using var agent = Agent(server.Url, Grant(grants));

        Assert.Equal(FailureKind.Denied, (await InvokeAsync(agent)).Failure!.Kind);
        await InvokeAsync(agent);
        Assert.Equal(["Bearer granted-1", "Bearer granted-2", "Bearer granted-2"], Authorizations(server));

        _time.Advance(TimeSpan.FromSeconds(30));
        await InvokeAsync(agent);
        Assert.Equal(3, grants.Invocations.Count);
    }

    [Fact]
    public async Task Invoke_ManyAtOnce_AskForOneToken()
    {
        await using var server = Answering(Ok());
        await using var grants = Granting(_ => Token("granted", 3600));
        using var agent = Agent(server.Url, Grant(grants));

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => InvokeAsync(agent)));

        Assert.All(replies, reply => Assert.Null(reply.Failure));
        Assert.Single(grants.Invocations);
    }

    [Theory]
    [InlineData("401 Unauthorized", """{"error":"invalid_client","error_description":"s3cr&t of/the+client"}""", "answered 401 invalid_client; see that ClientId")]
    [InlineData("400 Bad Request", """{"error":"invalid_scope"}""", "answered 400 invalid_scope; see that Scope")]
    [InlineData("500 Internal Server Error", "s3cr&t of/the+client", "answered 500")]
    [InlineData("200 OK", """{"token":"s3cr&t of/the+client"}""", "not with an access_token")]
    [InlineData("200 OK", """{"access_token":"s3cr&t of/the+client"}""", "a token that has a character")]
    [InlineData("200 OK", "<html>", "not with an access_token")]
    public async Task Invoke_NoGrant_SaysWhyWithoutASecretAndAsksNotForEachRow(string status, string body, string expected)
    {
        await using var server = Answering(Ok());
        await using var grants = Granting(_ => Answer(status, body));
        using var agent = Agent(server.Url, Grant(grants));

        var failure = (await InvokeAsync(agent)).Failure!;
        await InvokeAsync(agent);

        Assert.Equal((FailureKind.Denied, true, true), (failure.Kind, failure.Retryable, failure.AgentWide));
        Assert.Contains($"the token endpoint {grants.Url}/oauth2/token ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr&t", failure.Message, StringComparison.Ordinal);
        Assert.Single(grants.Invocations);

        _time.Advance(TimeSpan.FromSeconds(5));
        await InvokeAsync(agent);
        Assert.Equal(2, grants.Invocations.Count);
    }

    [Theory]
    [InlineData("application/json", """{"message":"no such token: opaque-token-0123456789"}""")]
    [InlineData("text/plain", "refused: opaque-token-0123456789, eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")]
    public async Task Invoke_AnswerThatRepeatsTheToken_IsShownWithoutIt(string contentType, string body)
    {
        await using var server = Answering(
            RawServer.Answer("403 Forbidden", contentType, body, "Connection: close\r\n"));

        var message = (await AgentCoreCall.InvokeAsync(server.Url)).Failure!.Message;

        Assert.Contains("***", message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", message, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", message, StringComparison.Ordinal);
    }

    private static DataPlaneServer Granting(Func<int, string> answer) => Answering(answer);

    private static Action<AgentAuthOptions> Grant(DataPlaneServer grants) => auth =>
    {
        auth.TokenUrl = $"{grants.Url}/oauth2/token";
        auth.ClientId = "the:client";
        auth.ClientSecret = Secret;
        auth.Scope = "agents/invoke";
    };

    private static string Token(string token, int seconds) =>
        Ok($$"""{"access_token":"{{token}}","token_type":"Bearer","expires_in":{{seconds}}}""");

    private static string[] Authorizations(DataPlaneServer server) =>
        [.. server.Invocations.Select(request => HeaderOf(request, "Authorization"))];

    private static Task<AgentReply> InvokeAsync(IAgent agent) =>
        agent.InvokeAsync(AgentCoreCall.Call(), CancellationToken.None);

    private WorkerFleet.AgentCore.DataPlane.AgentCoreAgent Agent(string url, Action<AgentAuthOptions> configure) =>
        AgentCoreCall.Agent(
            url,
            options =>
            {
                options.Auth.Token = null;
                configure(options.Auth);
            },
            _time);

    private string Write(string token)
    {
        File.WriteAllText(_folder["token"], token);
        return _folder["token"];
    }
}
