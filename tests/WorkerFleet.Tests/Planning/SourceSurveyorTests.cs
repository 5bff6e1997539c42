using System.Text;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Planning;
using WorkerFleet.Sources;
using WorkerFleet.Tests.Blobs;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Planning;

public sealed class SourceSurveyorTests
{
    private readonly MemoryBlobStore _blobs = new();
    private readonly TestAgents _agents = new();

    [Fact]
    public async Task Survey_RowsOfEveryKind_CountsThemAsTheDispatcherWould()
    {
        var survey = await SurveyAsync("n,to\n1,agent\n2,agent,more\n3,nobody\n4,agent\n", sample: 0, spec => spec with
        {
            Agents = new() { Column = "to" },
        });

        Assert.Empty(survey.Problems);
        Assert.Equal((4, 2, 43), (survey.Rows, survey.RejectedRows, survey.Bytes));
        Assert.Equal(
            ["Line 3", "Line 4"], survey.Rejections.Select(cause => cause.Message[..6]).Order(StringComparer.Ordinal));
        var agent = Assert.Single(survey.Agents);
        Assert.Equal((TestAgents.Name, 2), (agent.Agent, agent.Rows));
        Assert.Equal(2 * "{\"messages\":[{\"role\":\"user\",\"content\":\"1\"}]}".Length, agent.InputBytes);
    }

    [Theory]
    [InlineData(4, new long[] { 1, 3, 6, 8 })]
    [InlineData(1, new long[] { 5 })]
    [InlineData(100, new long[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    public async Task Survey_Sample_IsSpreadEvenly(int sample, long[] rows)
    {
        var survey = await SurveyAsync("n\n" + string.Concat(Enumerable.Range(0, 10).Select(n => $"{n}\n")), sample);

        Assert.Equal(rows, survey.Sample.Select(position => position.Index));
    }

    [Fact]
    public async Task Survey_Sample_PassesOverRowsThatAreRejected()
    {
        var survey = await SurveyAsync("n\n0\n1\n2,x\n3,x\n4\n", sample: 2);

        Assert.Equal([1, 4], survey.Sample.Select(position => position.Index));
    }

    [Fact]
    public async Task Survey_SourceOrMappingBad_SaysWhatARunWouldSay()
    {
        Assert.StartsWith("rows.csv", Assert.Single((await SurveyAsync("", 0)).Problems), StringComparison.Ordinal);
        Assert.Contains("nmae", Assert.Single((await SurveyAsync("name\nAnn\n", 0, spec => spec with
        {
            Mapping = new() { Prompt = "{{nmae}}" },
        })).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_Run_InvokesEachRowOnceWithinTheLimitsAndKeepsWhatFailed()
    {
        var survey = await SurveyAsync("n\n" + string.Concat(Enumerable.Range(0, 60).Select(n => $"{n}\n")), sample: 20);
        var (calling, most) = (0, 0);
        _agents.Limits = new() { Concurrency = 3 };
        _agents.OnInvoke = async (call, cancellationToken) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref calling));
            await Task.Yield();
            Interlocked.Decrement(ref calling);
            return call.Index % 2 == 0 ? TestAgents.Fail(retryable: false) : AgentReply.Succeed("\"ok\""u8.ToArray());
        };

        var calls = await new SampleRun(_agents, new SourceReader(_blobs), TimeProvider.System).RunAsync(
            survey, "blob", new LimitsSpec(), CancellationToken.None);

        Assert.Equal(survey.Sample.Select(position => position.Index), _agents.Calls.Select(call => call.Index).Order());
        Assert.All(_agents.Calls, call => Assert.Equal(
            $"{call.Index}", call.Input.GetProperty("messages")[0].GetProperty("content").GetString()));
        Assert.InRange(most, 1, 3);
        Assert.Equal(survey.Sample.Count(position => position.Index % 2 == 0), calls.Count(call => call.Failure is not null));
    }

    [Fact]
    public async Task Sample_AgentThrowsOrHangs_IsAFailureOfThatCall()
    {
        var survey = await SurveyAsync("n\n0\n1\n", sample: 2);
        _agents.OnInvoke = async (call, cancellationToken) =>
        {
            if (call.Index == 0)
                throw new InvalidOperationException("oops");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return AgentReply.Succeed(default);
        };

        var calls = await new SampleRun(_agents, new SourceReader(_blobs), TimeProvider.System).RunAsync(
            survey, "blob", new() { AttemptTimeout = TimeSpan.FromMilliseconds(50) }, CancellationToken.None);

        Assert.Equal(
            [FailureKind.Timeout, FailureKind.AgentError], calls.Select(call => call.Failure!.Kind).Order());
    }

    private async Task<SourceSurvey> SurveyAsync(string csv, int sample, Func<BatchSpec, BatchSpec>? change = null)
    {
        var spec = new BatchSpec { Mapping = new() { Prompt = "{{n}}" }, Agents = new() { Default = TestAgents.Name } };
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var reader = new SourceReader(_blobs);
        return await new SourceSurveyor(new SourceIngest(_blobs, reader), reader, _agents).SurveyAsync(
            source, new() { DisplayName = "rows.csv", Format = SourceFormat.Csv }, change?.Invoke(spec) ?? spec, "blob",
            sample, CancellationToken.None);
    }
}
