using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Mapping;

namespace WorkerFleet.Tests.Mapping;

public sealed class TemplateProperties
{
    private const string Row = """{"a":"A","b":null,"a b":1,"l":[1,"two",null,{"k":1}],"o":{"k":true},"null":0}""";

    private static readonly Gen<string> Piece = Gen.Elements(
        "{{", "}}", "{{{", "}}}", "{", "}", "\\", "~", "{{a}}", "{{b}}", "{{~a~}}", "{{[a b]}}", "{{json a}}", "{{json this}}",
        "{{#if a}}", "{{else}}", "{{else if b}}", "{{/if}}", "{{#unless b}}", "{{/unless}}", "{{#each l}}", "{{#each this}}",
        "{{/each}}", "{{this}}", "{{../a}}", "{{@index}}", "{{#with o}}", "{{/with}}", "{{k}}", "{{#each l as |x|}}", "{{x}}",
        "{{! c }}", "{{!-- }} --}}", "[", "]", "a", " ", "\n", "\"", "|", "#", "&", "/", ".", "=", "(", ")", "null", "{{null}}");

    /// <summary>Text in the words of the engine, which has to come out as the value it is.</summary>
    private static readonly Gen<string> Text = Gen.Elements(
        "{{a}}", "{{#if a}}", "\\", "\"", "}}", "{", "é", "😀", "\n", "&", "<", "v__0", "a", " ", "\0").ArrayOf().Select(string.Concat);

    private static readonly Gen<string> PlainPiece = Gen.Elements("text", " ", "\n", "{", "}", "\"", ":", "é", "'", "[", "]", "|", "%");

    [Fact]
    public void AnyTemplate_IsUsedOrRefused_NeverACrash() => Prop.ForAll(
        Piece.ArrayOf().Select(string.Concat).ToArbitrary(),
        prompt =>
        {
            foreach (var source in new[] { Row, "a,b,a b,l,o\n1,,3,4,5\n" })
            {
                var result = MapperCase.PromptAsync(source, prompt).Result;
                Assert.DoesNotContain("v__", result, StringComparison.Ordinal);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void WellFormedTemplate_OfAnyShape_IsUsed() => Prop.ForAll(Body(depth: 3).ToArbitrary(), prompt =>
    {
        var (mapper, problems, rows) = MapperCase.CreateAsync(Row, new MappingSpec { Prompt = "x" + prompt }).Result;

        Assert.Empty(problems);
        mapper!.Map(rows[0]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void AnyText_AroundValues_ComesOutAsItIs() => Prop.ForAll(
        PlainPiece.ArrayOf().Select(string.Concat).Where(text => !text.Contains("{{", StringComparison.Ordinal)).ToArbitrary(),
        Text.ToArbitrary(),
        (text, value) =>
        {
            // Braces before a tag would be braces of the tag.
            var before = text.TrimEnd('{');
            var source = JsonSerializer.Serialize(new Dictionary<string, string> { ["a"] = value, ["b c"] = "x" });

            Assert.Equal($"{before}{value}{text}", MapperCase.PromptAsync(source, $"{before}{{{{a}}}}{text}").Result);
            Assert.Equal($"{before}x{text}", MapperCase.PromptAsync(source, $"{before}{{{{#if a}}}}{{{{else}}}}{{{{/if}}}}{{{{[b c]}}}}{text}").Result);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static Gen<string> Body(int depth) => Part(depth).ArrayOf().Select(parts => string.Concat(parts.Take(6)));

    private static Gen<string> Part(int depth)
    {
        var path = Gen.Elements("this", "@root.a", "@root.[a b]", "@root.null", "@root.l.2", "@root.o.k", "./this", "@root");
        var space = Gen.Elements("", "", "~", "\n");
        var plain = Gen.Elements("t", "{ ", " ", "\n", "}", "\\ ", "\\{{", "{{! c}}", "{{!-- }} --}}");
        var value =
            from at in path
            from around in Gen.Elements("{{{0}}}", "{{{{0}}}}", "{{json {0}}}", "{{~{0}~}}", "{{&{0}}}")
            select around.Replace("{0}", at, StringComparison.Ordinal);
        if (depth == 0)
            return Gen.OneOf(plain, value);

        var block =
            from kind in Gen.Elements("if", "unless", "each", "with")
            from at in path
            from parameters in Gen.Elements("", " as |p|")
            from body in Body(depth - 1)
            from otherwise in Body(depth - 1)
            from hasElse in Gen.Elements(true, false)
            from before in space
            select $"{{{{{(before == "~" ? before : "")}#{kind} {at}{(kind is "if" or "unless" ? "" : parameters)}}}}}{body}"
                + (hasElse ? "{{else}}" + otherwise : "") + (before == "~" ? "" : before) + $"{{{{/{kind}}}}}";
        return Gen.OneOf(plain, value, block);
    }
}
