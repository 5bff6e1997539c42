using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Mapping;

namespace WorkerFleet.Tests.Mapping;

public sealed class RowMapperTests
{
    private static readonly MappingSpec RowItself = new();

    [Theory]
    [InlineData("text,label,n\nhi,good,1\n", """{"text":"hi","n":"1"}""")]
    [InlineData("{\"text\":\"hi\",\"label\":\"good\",\"n\":[1]}\n", """{"text":"hi","n":[1]}""")]
    public async Task Map_RowAsItIs_DoesNotTellTheRightAnswer(string source, string input)
    {
        var (mapper, _, rows) = await MapperCase.CreateAsync(source, new MappingSpec { ExpectedColumn = "label" });

        Assert.Equal(input, mapper!.Map(rows[0]).Input.GetRawText());
        Assert.Contains("good", MapperCase.PassThrough(mapper, rows[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompt_Csv_MakesOneUserMessage()
    {
        var mapped = await MapperCase.MapAsync("a,b\n1,\"x \"\"y\"\"\"\n", new MappingSpec { Prompt = "Verify: {{a}}, {{b}} ü" });

        Assert.Equal(
            """{"messages":[{"role":"user","content":"Verify: 1, x \"y\" ü"}]}""", mapped.Input.GetRawText());
        Assert.Equal(("echo", null, null), (mapped.Agent, mapped.ItemId, mapped.Problem));
    }

    [Fact]
    public async Task Template_ValuesThatLookLikeJson_StayInTheirString()
    {
        var mapped = await MapperCase.MapAsync(
            "a\n\"\"\"}],\"\"admin\"\":true,\"\"x\"\":[{\"\"\\\"\n",
            new MappingSpec { Template = """{"{{a}}":1.0,"list":["{{a}}",null,true,"plain \\ {"],"o":{"s":"<{{a}}>"}}""" });

        const string value = """
            "}],"admin":true,"x":[{"\
            """;
        Assert.Equal(["{{a}}", "list", "o"], mapped.Input.EnumerateObject().Select(property => property.Name));
        Assert.Equal("1.0", mapped.Input.GetProperty("{{a}}").GetRawText());
        Assert.Equal(value, mapped.Input.GetProperty("list")[0].GetString());
        Assert.Equal("plain \\ {", mapped.Input.GetProperty("list")[3].GetString());
        Assert.Equal($"<{value}>", mapped.Input.GetProperty("o").GetProperty("s").GetString());
    }

    [Fact]
    public async Task Row_WithoutTemplate_IsTheInput()
    {
        Assert.Equal(
            """{"a":"1","b c":""}""", (await MapperCase.MapAsync("a,b c\n1,\n", RowItself)).Input.GetRawText());
        Assert.Equal(
            """{"a":1.50,"b":[null]}""",
            (await MapperCase.MapAsync("""{"a":1.50,"b":[null]}""", RowItself)).Input.GetRawText());
    }

    [Fact]
    public async Task Csv_RowAsAWhole_IsAnObjectInTemplates()
    {
        const string source = "a,b c\n1,\"x\"\"\"\n";

        Assert.Equal("""{"a":"1","b c":"x\""}""", await MapperCase.PromptAsync(source, "{{json this}}"));
        Assert.Equal("a=1;b c=x\";", await MapperCase.PromptAsync(source, "{{#each this}}{{@key}}={{this}};{{/each}}"));
        Assert.Equal("1x\"", await MapperCase.PromptAsync(source, "{{#with this}}{{a}}{{/with}}{{[b c]}}"));
    }

    [Fact]
    public async Task Csv_EmptyValues_AreFalse() =>
        Assert.Equal("no 1", await MapperCase.PromptAsync("a,b\n,1\n", "{{#if a}}yes{{else}}no{{/if}}{{a}} {{#unless a}}{{b}}{{/unless}}"));

    [Theory]
    [InlineData("{{b}}", "Line 2: the row has no 'b', which the template uses.")]
    [InlineData("{{json b}}", "Line 2: the row has no 'b', which the template uses.")]
    [InlineData("{{#each b}}{{/each}}", "Line 2: the row has no 'b', which the template uses.")]
    [InlineData("{{#with b}}{{/with}}", "Line 2: the row has no 'b', which the template uses.")]
    [InlineData("{{o.x}}", "Line 2: the row has no 'o.x', which the template uses.")]
    [InlineData("{{a.x}}", "Line 2: the row has no 'a.x', which the template uses.")]
    [InlineData("{{n.x}}", "Line 2: the row has no 'n.x', which the template uses.")]
    [InlineData("{{l.5}}", "Line 2: the row has no 'l.5', which the template uses.")]
    [InlineData("{{#each l}}{{x}}{{/each}}", "Line 2: the row has no 'x', which the template uses.")]
    [InlineData("{{#each l as |i|}}{{i.x}}{{/each}}", "Line 2: the row has no 'i.x', which the template uses.")]
    [InlineData("{{#with a}}{{length}}{{/with}}", "Line 2: the row has no 'length', which the template uses.")]
    [InlineData("{{#if b}}{{b}}{{else}}none{{/if}}", "none")]
    [InlineData("{{#if o.x}}{{o.x}}{{else if b.c.d}}{{else}}none{{/if}}", "none")]
    [InlineData("{{#unless b}}none{{/unless}}", "none")]
    [InlineData("[{{n}}]", "[]")]
    public async Task Jsonl_ValueIsMissing_IsAProblemUnlessItWasAskedFor(string prompt, string expected)
    {
        const string source = """
            {"a":"t","b":{"c":1},"o":{"x":1},"n":{"x":1},"l":[{"x":1}]}
            {"a":"t","o":{},"n":null,"l":[null]}
            """;
        var (mapper, problems, rows) = await MapperCase.CreateAsync(source, new MappingSpec { Prompt = prompt });
        Assert.Empty(problems);

        var mapped = mapper!.Map(rows[1]);

        Assert.Equal(
            expected, mapped.Problem ?? mapped.Input.GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal(mapped.Problem is null ? JsonValueKind.Object : JsonValueKind.Undefined, mapped.Input.ValueKind);
    }

    [Fact]
    public async Task Csv_ValuesOfText_AreOutOfReach() =>
        Assert.Equal(
            "Line 1: the row has no 'Length', which the template uses.",
            await MapperCase.PromptAsync("a\ntext\n", "{{#with a}}{{Length}}{{/with}}"));

    [Fact]
    public async Task BadRow_IsRejectedWithItsReason()
    {
        var (mapper, _, rows) = await MapperCase.CreateAsync("a,b\n1\n", RowItself with { IdColumn = "a" });

        var mapped = mapper!.Map(rows[0]);

        Assert.Equal(rows[0].BadRow, mapped.Problem);
        Assert.Equal("{}", MapperCase.PassThrough(mapper, rows[0]));
    }

    [Theory]
    [InlineData("id\n7\n", "7", null)]
    [InlineData("id\n \n", null, "Line 1: the id column 'id' is empty.")]
    [InlineData("""{"id":7.0}""", "7.0", null)]
    [InlineData("""{"id":"x"}""", "x", null)]
    [InlineData("""{"id":null}""", null, "Line 1: the id column 'id' is empty.")]
    [InlineData("""{"id":[]}""", null, "Line 1: the id column 'id' is a list or an object; an id is text or a number.")]
    public async Task Id_Column_GivesTheId(string source, string? id, string? problem)
    {
        var mapped = await MapperCase.MapAsync(source, RowItself with { IdColumn = "id" });

        Assert.Equal((id, problem), (mapped.ItemId, mapped.Problem));
    }

    [Fact]
    public async Task Id_MissingOrTooLong_IsRejected()
    {
        var mapping = RowItself with { IdColumn = "id" };
        var (mapper, _, rows) = await MapperCase.CreateAsync("{\"id\":1}\n{\"x\":1}", mapping);

        Assert.Equal("Line 2: the id column 'id' is empty.", mapper!.Map(rows[1]).Problem);
        Assert.Null((await MapperCase.MapAsync($"id\n{new string('x', 256)}\n", mapping)).Problem);
        Assert.Equal(
            "Line 1: the id in column 'id' is longer than 256 characters.",
            (await MapperCase.MapAsync($"id\n{new string('x', 257)}\n", mapping)).Problem);
    }

    [Theory]
    [InlineData("DE,other", "other", null)]
    [InlineData("FR,other", "echo", null)]
    [InlineData("UK,", "default", null)]
    [InlineData("UK,other", "other", null)]
    [InlineData("UK,nobody", "", "Line 1: column 'agent' names the agent 'nobody', which does not exist; the agents are default, echo, other.")]
    public async Task Agent_RuleThenColumnThenDefault_IsChosen(string row, string agent, string? problem)
    {
        var agents = new AgentSelection
        {
            Default = "default",
            Column = "agent",
            Rules = [new AgentRule("country", "FR", "echo"), new AgentRule("country", "DE", "other"), new AgentRule("agent", "other", "other")],
        };
        var (mapper, _, rows) = await MapperCase.CreateAsync(
            $"country,agent\n{row}\n", RowItself, agents, ["echo", "other", "default"]);

        var mapped = mapper!.Map(rows[0]);

        Assert.Equal((agent, problem), (mapped.Agent, mapped.Problem));
    }

    [Fact]
    public async Task Agent_NothingChooses_IsAProblem()
    {
        var byColumn = new AgentSelection { Column = "agent" };
        var byRule = new AgentSelection { Rules = [new AgentRule("n", "1.0", "echo"), new AgentRule("b", "true", "other")] };

        Assert.Equal(
            "Line 1: column 'agent' is empty, and there is no default agent.",
            (await MapperCase.MapAsync("agent\n \n", RowItself, byColumn)).Problem);
        Assert.Equal(
            "Line 1: no rule chooses an agent for the row, and there is no default agent.",
            (await MapperCase.MapAsync("""{"n":1,"b":false}""", RowItself, byRule)).Problem);
        Assert.Equal("echo", (await MapperCase.MapAsync("""{"n":1.0,"b":false}""", RowItself, byRule)).Agent);
        Assert.Equal("other", (await MapperCase.MapAsync("""{"n":1,"b":true}""", RowItself, byRule)).Agent);
    }

    [Theory]
    [InlineData("{{#each l}}{{#each ../l}}{{#each ../../l}}{{@root.t}}{{/each}}{{/each}}{{/each}}")]
    [InlineData("{{t}}{{t}}{{t}}{{t}}{{t}}{{t}}{{t}}{{t}}{{t}}{{t}}{{t}}")]
    [InlineData("{{q}}{{q}}{{q}}{{q}}{{q}}{{q}}")]
    public async Task Input_LongerThanTheLimit_IsRejected(string prompt)
    {
        const string source = """{"l":[1,2,3,4,5,6,7,8],"t":"twenty characters ok","q":"\"\"\"\"\"\"\"\"\"\"\""}""";
        var (mapper, problems, rows) = await MapperCase.CreateAsync(
            source, new MappingSpec { Prompt = prompt }, maxRowBytes: 150);
        Assert.Empty(problems);

        Assert.Equal("Line 1: the input made of the row is longer than 150 bytes.", mapper!.Map(rows[0]).Problem);
    }

    [Fact]
    public async Task PassThrough_ChosenColumns_KeepTheirValues()
    {
        var (csv, _, csvRows) = await MapperCase.CreateAsync("a,b,c\n1,\"x\"\"\",\n", RowItself with { PassThrough = ["c", "a", "c"] });
        var (jsonl, _, rows) = await MapperCase.CreateAsync(
            "{\"a\":1.50,\"b\":[{}],\"c\":null}\n{\"b\":2}", RowItself with { PassThrough = ["c", "a"] });

        Assert.Equal("""{"c":"","a":"1"}""", MapperCase.PassThrough(csv!, csvRows[0]));
        Assert.Equal("""{"c":null,"a":1.50}""", MapperCase.PassThrough(jsonl!, rows[0]));
        Assert.Equal("{}", MapperCase.PassThrough(jsonl!, rows[1]));
    }

    [Fact]
    public async Task PassThrough_Null_IsAllColumns()
    {
        var (csv, _, csvRows) = await MapperCase.CreateAsync("a,b\n1,x\n", RowItself);
        var (jsonl, _, rows) = await MapperCase.CreateAsync("{\"a\":1.50,\"b\":[{}]}", RowItself);

        Assert.Equal("""{"a":"1","b":"x"}""", MapperCase.PassThrough(csv!, csvRows[0]));
        Assert.Equal("""{"a":1.50,"b":[{}]}""", MapperCase.PassThrough(jsonl!, rows[0]));
    }

    [Fact]
    public async Task Map_ManyThreads_EachGetTheirOwnRow()
    {
        var source = "id,text\n" + string.Concat(Enumerable.Range(0, 2000).Select(index => $"{index},{(index % 3 == 0 ? "" : "t")}{index}\n"));
        var (mapper, _, rows) = await MapperCase.CreateAsync(
            source, new MappingSpec { Prompt = "{{#if text}}{{text}}{{/if}}: {{json id}} {{#each this}}{{this}}{{/each}}", IdColumn = "id" });
        var inputs = new MappedRow[rows.Count];

        Parallel.For(0, rows.Count, index => inputs[index] = mapper!.Map(rows[index]));

        for (var index = 0; index < rows.Count; index++)
        {
            var text = rows[index].Values[1];
            Assert.Equal($"{index}", inputs[index].ItemId);
            Assert.Equal(
                $"{text}: \"{index}\" {index}{text}",
                inputs[index].Input.GetProperty("messages")[0].GetProperty("content").GetString());
        }
    }

    [Fact]
    public async Task Input_StaysAsItIsWhenOthersAreMapped()
    {
        var (mapper, _, rows) = await MapperCase.CreateAsync("a\nfirst\nother\n", new MappingSpec { Prompt = "{{a}}" });

        var first = mapper!.Map(rows[0]).Input;
        var before = first.GetRawText();
        mapper.Map(rows[1]);

        Assert.Equal(before, first.GetRawText());
    }
}
