using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Mapping;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

/// <summary>Answers compared with the column that says what is right.</summary>
public sealed class ExpectedAnswersTests : IDisposable
{
    private static readonly string[] Columns = ["text", "label"];

    private readonly ExportFixture _export = new();

    public void Dispose() => _export.Dispose();

    [Theory]
    [InlineData("\"positive\"", "\"positive\"", nameof(Judgement.Correct))]
    [InlineData("\"positive\"", "\" Positive\\n\"", nameof(Judgement.Correct))]
    [InlineData("\"STRASSE\"", "\"strasse\"", nameof(Judgement.Correct))]
    [InlineData("\"positive\"", "\"negative\"", nameof(Judgement.Wrong))]
    [InlineData("\"positive\"", "\"positive.\"", nameof(Judgement.Wrong))]
    [InlineData("\"12\"", "12", nameof(Judgement.Correct))]
    [InlineData("\"12.50\"", "12.5", nameof(Judgement.Correct))]
    [InlineData("\"1e3\"", "\"1000\"", nameof(Judgement.Correct))]
    [InlineData("12", "\"12.0\"", nameof(Judgement.Correct))]
    [InlineData("\"1,000\"", "1000", nameof(Judgement.Wrong))]
    [InlineData("\"true\"", "true", nameof(Judgement.Correct))]
    [InlineData("\"FALSE\"", "false", nameof(Judgement.Correct))]
    [InlineData("\"1\"", "true", nameof(Judgement.Wrong))]
    [InlineData("\"null\"", "null", nameof(Judgement.Missing))]
    [InlineData("[1,\"a\"]", "[1.0, \"a\"]", nameof(Judgement.Correct))]
    [InlineData("[1,\"a\"]", "[1,\"A\"]", nameof(Judgement.Wrong))]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", nameof(Judgement.Correct))]
    [InlineData("\"a\"", "{\"label\":\"a\"}", nameof(Judgement.Missing))]
    [InlineData("\"a\"", "\"\\ud800\"", nameof(Judgement.Missing))]
    [InlineData("123456789012345678901234567890", "\"123456789012345678901234567890\"", nameof(Judgement.Correct))]
    public void Judge_WholeOutput_ComparesAsAPersonWould(string expected, string output, string judgement) =>
        Assert.Equal(judgement, Judge(expected, output));

    [Theory]
    [InlineData("/label", "{\"label\":\"a\"}", nameof(Judgement.Correct))]
    [InlineData("/label", "{\"label\":\"b\"}", nameof(Judgement.Wrong))]
    [InlineData("/label", "{\"other\":\"a\"}", nameof(Judgement.Missing))]
    [InlineData("/label", "\"a\"", nameof(Judgement.Missing))]
    [InlineData("/choices/0/text", "{\"choices\":[{\"text\":\"A\"}]}", nameof(Judgement.Correct))]
    [InlineData("/choices/1/text", "{\"choices\":[{\"text\":\"A\"}]}", nameof(Judgement.Missing))]
    public void Judge_PlaceInTheOutput_IsWhereTheAnswerIs(string place, string output, string judgement) =>
        Assert.Equal(judgement, Judge("\"a\"", output, place));

    [Fact]
    public void Judge_OutputDeeperThanAnyAnswer_IsNotRight() =>
        Assert.Equal(nameof(Judgement.Missing), Judge("\"a\"", new string('[', 200) + new string(']', 200)));

    [Fact]
    public void Judge_RowThatDidNotSucceed_IsNeitherRightNorWrong()
    {
        var answers = ExpectedAnswers.Of(Spec())!;
        foreach (var state in (ItemState[])[ItemState.Failed, ItemState.Rejected, ItemState.Cancelled])
            Assert.Equal(Judgement.Unanswered, answers.Judge(state, "\"a\""u8.ToArray(), default));
        Assert.Equal(Judgement.None, answers.Judge(ItemState.Succeeded, default, "\"a\""u8.ToArray()));
    }

    [Fact]
    public async Task Export_ColumnWithTheRightAnswers_SaysOfEachRowAndInTheSummary()
    {
        string?[] labels = ["good", "good", "bad", "", "bad", "good"];
        var batch = new TestBatch(
            Spec("/label"), [.. labels.Select((label, row) => InMemorySources.Csv(row, Columns, $"t{row}", label!))]);
        batch.Succeed(0, """{"label":"good"}""");
        batch.Succeed(1, """{"label":"bad"}""");
        batch.Fail(2);
        batch.Succeed(3, """{"label":"good"}""");
        batch.Succeed(4, """{"label":"BAD"}""");
        batch.Cancel(5);
        Change(batch, 4, "other");

        await _export.ExportAsync(batch.Finish(BatchStatus.Cancelled));

        Assert.Equal(
            ["\"good\" true", "\"good\" false", "\"bad\" null", "null null", "\"bad\" true", "\"good\" null"],
            _export.Lines(ExportFileNames.Results).Select(line =>
                $"{line.GetProperty("expected").GetRawText()} {line.GetProperty("correct").GetRawText()}"));
        Assert.Equal(
            ["expected,correct", "good,true", "good,false", "bad,", ",", "bad,true", "good,"],
            _export.Text(ExportFileNames.Table).Split('\n')[..^1]
                .Select(record => string.Join(',', record.Split(',')[^2..])));
        Assert.Equal(
            """
            {"rows":5,"correct":2,"wrong":1,"missing":0,"unanswered":2,"score":0.666667,"agents":[
            {"agent":"echo","rows":3,"correct":1,"wrong":1,"missing":0,"unanswered":1,"score":0.5},
            {"agent":"other","rows":1,"correct":1,"wrong":0,"missing":0,"unanswered":0,"score":1}]}
            """.ReplaceLineEndings(""),
            JsonSerializer.Serialize(_export.Json(ExportFileNames.Summary).GetProperty("accuracy")));
    }

    [Fact]
    public async Task Export_JsonLines_ComparesValuesOfAnyKind()
    {
        var spec = TestBatch.JsonlSpec([]);
        spec = spec with { Mapping = spec.Mapping with { ExpectedColumn = "label" } };
        var batch = new TestBatch(spec,
        [
            InMemorySources.Json(0, """{"label":7}"""), InMemorySources.Json(1, """{"label":["a"]}"""),
            InMemorySources.Json(2, """{"label":null}"""), InMemorySources.Json(3, "{}"), InMemorySources.Bad(4, "bad"),
        ]);
        batch.Succeed(0, "\"7.0\"");
        batch.Succeed(1, """["b"]""");
        batch.Succeed(2);
        batch.Succeed(3);
        batch.Reject(4);

        await _export.ExportAsync(batch.Finish(BatchStatus.CompletedWithFailures));

        Assert.Equal(
            ["7 true", "[\"a\"] false", "null null", "null null", "null null"],
            _export.Lines(ExportFileNames.Results).Select(line =>
                $"{line.GetProperty("expected").GetRawText()} {line.GetProperty("correct").GetRawText()}"));
        var accuracy = _export.Json(ExportFileNames.Summary).GetProperty("accuracy");
        Assert.Equal((2, 0.5), (accuracy.GetProperty("rows").GetInt32(), accuracy.GetProperty("score").GetDouble()));
    }

    [Fact]
    public async Task Export_NoAnswerYet_HasNoScore()
    {
        var batch = new TestBatch(Spec(), [InMemorySources.Csv(0, Columns, "t", "good")]);
        batch.Fail(0);

        await _export.ExportAsync(batch.Finish(BatchStatus.CompletedWithFailures));

        var accuracy = _export.Json(ExportFileNames.Summary).GetProperty("accuracy");
        Assert.Equal(JsonValueKind.Null, accuracy.GetProperty("score").ValueKind);
        Assert.Equal(1, accuracy.GetProperty("unanswered").GetInt32());
    }

    [Fact]
    public async Task Export_NothingExpected_SaysNothingOfIt()
    {
        await _export.ExportAsync(TestBatch.Csv(3).Complete());

        foreach (var name in (string[])[ExportFileNames.Results, ExportFileNames.Table, ExportFileNames.Summary])
        {
            Assert.DoesNotContain("correct", _export.Text(name), StringComparison.Ordinal);
            Assert.DoesNotContain("expected", _export.Text(name), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Summary_AnyAnswers_AddUpInAllAndByAgent()
    {
        var answer = Gen.Elements("one", "two", "").SelectMany(agent =>
            Gen.Elements(Enum.GetValues<Judgement>()).Select(judgement => (agent, judgement)));
        Prop.ForAll(answer.ListOf().ToArbitrary(), answers =>
        {
            var builder = new AccuracyBuilder();
            foreach (var (agent, judgement) in answers)
                builder.Add(agent, judgement);
            var all = builder.Build();

            var judged = answers.Where(each => each.judgement != Judgement.None).ToList();
            Assert.Equal(judged.Count, all.Rows);
            Assert.Equal(all.Rows, all.Correct + all.Wrong + all.Unanswered);
            Assert.Equal(judged.Count(each => each.judgement == Judgement.Correct), all.Correct);
            Assert.Equal(judged.Count(each => each.judgement == Judgement.Missing), all.Missing);
            Assert.Equal(judged.Count(each => each.agent.Length > 0), all.Agents.Sum(agent => agent.Rows));
            Assert.True(all.Score is null or (>= 0 and <= 1));
            Assert.Equal(all.Correct + all.Wrong == 0, all.Score is null);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Fingerprint_OfABatchThatExpectsNothing_IsWhatItWas()
    {
        var json = JsonSerializer.Serialize(new MappingSpec { Prompt = "a" });

        Assert.DoesNotContain("Expected", json, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Answer", json, StringComparison.OrdinalIgnoreCase);
    }

    private static string Judge(string expected, string output, string? pointer = null) =>
        ExpectedAnswers.Of(Spec(pointer))!.Judge(
            ItemState.Succeeded, Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(output)).ToString();

    private static BatchSpec Spec(string? pointer = null) => TestBatch.CsvSpec(Columns) with
    {
        Mapping = new() { ExpectedColumn = "label", AnswerPointer = pointer },
    };

    private static void Change(TestBatch batch, long row, string agent)
    {
        var records = batch.Ledger.RecordsOf(batch.Id);
        records[row] = records[row] with { Agent = agent };
    }
}
