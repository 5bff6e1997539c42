using WorkerFleet.Agents;
using WorkerFleet.Mapping;

namespace WorkerFleet.Tests.Mapping;

/// <summary>Everything that can be wrong with a mapping before the first row, with its whole message.</summary>
public sealed class MappingProblemTests
{
    private const string Csv = "id,street,Street Name,a.b\n1,Main,x,y\n";
    private const string Columns = "The columns are id, street, Street Name, a.b.";

    [Theory]
    [InlineData("{{stret}}", "(line 1, column 3): there is no column 'stret'; did you mean 'street'? " + Columns)]
    [InlineData("a\nb {{#if ID}}x{{/if}}", "(line 2, column 9): there is no column 'ID'; did you mean 'id'? " + Columns)]
    [InlineData("{{zipcode}}", "(line 1, column 3): there is no column 'zipcode'; the columns are id, street, Street Name, a.b.")]
    [InlineData("{{Street Name}}", "(line 1, column 3): a column with blanks goes in brackets: {{[Street Name]}}.")]
    [InlineData("{{a.b}}", "(line 1, column 3): a column with dots or slashes goes in brackets: {{[a.b]}}.")]
    [InlineData("{{street.city}}", "(line 1, column 3): the column 'street' is text, which has no 'city'.")]
    [InlineData("{{#each street}}{{/each}}", "(line 1, column 9): {{#each}} needs a list, but this column is text.")]
    [InlineData("{{id", "(line 1, column 1): the expression that begins here is not closed by '}}'.")]
    [InlineData("{{id}", "(line 1, column 1): the expression that begins here is not closed by '}}'.")]
    [InlineData("{{{id}}", "(line 1, column 1): the expression that begins here is not closed by '}}}'.")]
    [InlineData("{{{{id}}}}", "(line 1, column 1): '{{{{' is not supported; write '\\{{' for braces in the text.")]
    [InlineData("{{!-- a }}", "(line 1, column 1): the expression that begins here is not closed by '--}}'.")]
    [InlineData("{{[id}}", "(line 1, column 3): '[' is not closed by ']'.")]
    [InlineData("{{ }}", "(line 1, column 4): there is no column between the braces.")]
    [InlineData("{{i,d}}", "(line 1, column 4): ',' cannot be in a plain name; put the column in brackets, such as {{[Street Name]}}.")]
    [InlineData("{{id..street}}", "(line 1, column 6): a name is missing.")]
    [InlineData("{{id.}}", "(line 1, column 5): 'id.' is not a column or a path.")]
    [InlineData("{{[id]x}}", "(line 1, column 7): '[id]x' is not a column or a path.")]
    [InlineData("{{> other}}", "(line 1, column 1): partials ({{>…}}) are not supported; put the text here.")]
    [InlineData("{{#> other}}{{/other}}", "(line 1, column 4): '#>' is not supported; {{column}}, {{json column}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{else}} are what there is.")]
    [InlineData("{{#*inline \"x\"}}{{/inline}}", "(line 1, column 4): '#*inline' is not supported; {{column}}, {{json column}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{else}} are what there is.")]
    [InlineData("{{*x}}", "(line 1, column 1): {{*…}} is not supported; {{column}}, {{json column}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{else}} are what there is.")]
    [InlineData("{{^id}}{{/id}}", "(line 1, column 1): {{^…}} is not supported; {{column}}, {{json column}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{else}} are what there is.")]
    [InlineData("{{#id}}{{/id}}", "(line 1, column 4): '#id' is not supported; {{column}}, {{json column}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{else}} are what there is.")]
    [InlineData("{{lookup this id}}", "(line 1, column 3): 'lookup' is no helper; {{column}}, {{json column}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{else}} are what there is.")]
    [InlineData("{{json id street}}", "(line 1, column 11): 'street' is not expected here; {{json column}} takes one column.")]
    [InlineData("{{json (id)}}", "(line 1, column 8): only a column can stand here, no expression and no literal.")]
    [InlineData("{{json \"x\"}}", "(line 1, column 8): only a column can stand here, no expression and no literal.")]
    [InlineData("{{#if}}{{/if}}", "(line 1, column 6): a column is missing.")]
    [InlineData("{{#if id street}}{{/if}}", "(line 1, column 10): 'street' is not expected here; a condition is one column.")]
    [InlineData("{{#if id includeZero=1}}{{/if}}", "(line 1, column 7): includeZero is =true or =false.")]
    [InlineData("{{#if id}}", "(line 1, column 1): {{#if}} is not closed.")]
    [InlineData("{{/if}}", "(line 1, column 1): {{/if}} closes nothing.")]
    [InlineData("{{#if id}}{{/each}}", "(line 1, column 11): {{/each}} is where {{#if}} has to be closed.")]
    [InlineData("{{else}}", "(line 1, column 3): {{else}} is in no block.")]
    [InlineData("{{#if id}}{{else}}{{else}}{{/if}}", "(line 1, column 21): the block has an {{else}} already.")]
    [InlineData("{{#if id}}{{else unless id}}{{/if}}", "(line 1, column 18): 'unless' is not expected here; write {{else}}, or {{else if column}} in an {{#if}}.")]
    [InlineData("{{#with id as |x y|}}{{/with}}", "(line 1, column 18): 'y' is not expected here.")]
    [InlineData("{{#with id as x}}{{/with}}", "(line 1, column 15): 'x' is not expected here; a block takes one column, and names as in: as |item|.")]
    [InlineData("{{../id}}", "(line 1, column 3): '../id' goes above the row.")]
    [InlineData("{{@index}}", "(line 1, column 3): '@index' is only in an {{#each}}.")]
    [InlineData("{{@data}}", "(line 1, column 3): '@data' is not supported; @index, @key, @first, @last and @root are what there is.")]
    [InlineData("{{@root.x}}", "(line 1, column 3): there is no column 'x'; the columns are id, street, Street Name, a.b.")]
    [InlineData("{{#each this}}{{../x}}{{/each}}", "(line 1, column 17): there is no column 'x'; the columns are id, street, Street Name, a.b.")]
    public async Task Prompt_ThatCannotBeUsed_SaysWhere(string prompt, string expected) =>
        Assert.Equal($"The prompt cannot be used {expected}", await MapperCase.PromptAsync(Csv, prompt));

    [Fact]
    public async Task Prompt_Blank_IsAProblem() => Assert.Equal("The prompt is empty.", await MapperCase.PromptAsync(Csv, " "));

    [Theory]
    [InlineData("{\"a\":{{id}}}", "The template is not valid JSON (line 1, column 7): '{' is an invalid start of a property name. Expected a '\"'.")]
    [InlineData("{\n \"a\" 1}", "The template is not valid JSON (line 2, column 6): '1' is invalid after a property name. Expected a ':'.")]
    [InlineData("{\"a\":1,\"a\":2}", "The template is not valid JSON: the property 'a' is there twice.")]
    [InlineData("{\"a\":\"\\ud800\"}", "The template has a \\u escape for half a character; write both halves.")]
    [InlineData("{\"\\ud800\":1}", "The template has a \\u escape for half a character; write both halves.")]
    [InlineData("{\"m\":[{\"c\":\"x {{nme}}\"}]}", "The template's string $.m[0].c cannot be used (line 1, column 5): there is no column 'nme'; the columns are id, street, Street Name, a.b.")]
    public async Task Template_ThatCannotBeUsed_SaysWhere(string template, string expected)
    {
        var (_, problems, _) = await MapperCase.CreateAsync(Csv, new MappingSpec { Template = template });

        Assert.Equal([expected], problems);
    }

    [Fact]
    public async Task Everything_ThatIsWrong_IsSaidAtOnce()
    {
        var mapping = new MappingSpec
        {
            Prompt = "{{a}}", IdColumn = "Id", PassThrough = ["street", "strt"], ExpectedColumn = "label", AnswerPointer = "label",
        };
        var agents = new AgentSelection
        {
            Default = "ecko",
            Column = "agent",
            Rules = [new AgentRule("country", "DE", "german"), new AgentRule("id", "1", "other")],
        };

        var (_, problems, _) = await MapperCase.CreateAsync(Csv, mapping, agents);

        Assert.Equal(
            [
                "The prompt cannot be used (line 1, column 3): there is no column 'a'; the columns are id, street, Street Name, a.b.",
                "The id column cannot be used: there is no column 'Id'; did you mean 'id'? " + Columns,
                "The column to pass through cannot be used: there is no column 'strt'; the columns are id, street, Street Name, a.b.",
                "The column with the right answer cannot be used: there is no column 'label'; the columns are id, street, Street Name, a.b.",
                "The answer cannot be found: 'label' is no JSON pointer: it begins with '/', such as /usage/input_tokens, and has at most 500 characters.",
                "The agent, 'ecko', does not exist; did you mean 'echo'? the agents are echo, other.",
                "The agent of the rule for country = DE, 'german', does not exist; the agents are echo, other.",
                "The agent column cannot be used: there is no column 'agent'; the columns are id, street, Street Name, a.b.",
                "The column of an agent rule cannot be used: there is no column 'country'; the columns are id, street, Street Name, a.b.",
            ],
            problems);
    }

    [Fact]
    public async Task PromptAndTemplate_Together_AreAProblem()
    {
        var (_, problems, _) = await MapperCase.CreateAsync(Csv, new MappingSpec { Prompt = "a", Template = "{}" });

        Assert.Equal(["There are a prompt and a template; give one of them."], problems);
    }

    [Fact]
    public async Task Agent_NotGiven_IsAProblem()
    {
        var (_, problems, _) = await MapperCase.CreateAsync(Csv, new MappingSpec(), new AgentSelection());

        Assert.Equal(["No agent is chosen; give 'agent', or a column or rules that choose one."], problems);
    }

    [Fact]
    public async Task Agent_NamesNotKnown_IsNotChecked()
    {
        var (_, _, rows) = await MapperCase.CreateAsync(Csv, new MappingSpec());

        var (mapper, problems) = RowMapperFactory.Create(
            new MappingSpec(), new AgentSelection { Default = "any" }, Sources.SourceText.Csv("id"), rows, agentNames: null);

        Assert.NotNull(mapper);
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Jsonl_ColumnsOfAllSampleRows_AreKnown()
    {
        const string source = "{\"a\":1}\n{\"b\":2}\n";

        Assert.Equal("1", await MapperCase.PromptAsync(source, "{{a}}{{#if b}}{{b}}{{/if}}"));
        Assert.Equal(
            "The prompt cannot be used (line 1, column 8): no row of the sample has 'c'; the columns are a, b.",
            await MapperCase.PromptAsync(source, "{{a}}{{c}}"));
    }

    [Fact]
    public async Task ManyColumns_AreNotAllListed()
    {
        var source = string.Join(',', Enumerable.Range(0, 40).Select(index => $"c{index}")) + "\n";
        var (_, problems, _) = await MapperCase.CreateAsync(source, new MappingSpec { IdColumn = "other" });

        Assert.EndsWith("c28, c29 and 10 more.", problems.Single(), StringComparison.Ordinal);
    }
}
