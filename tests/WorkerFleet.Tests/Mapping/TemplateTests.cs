namespace WorkerFleet.Tests.Mapping;

public sealed class TemplateTests
{
    private const string Row = """{"s":"x","q":"a \"b\" <&>","n":1.50,"z":0,"t":true,"f":false,"e":"","nil":null,"tags":["p","q"],"none":[],"o":{"city":"Rom","in":{"k":7}},"list":[{"a":1},{"a":2,"b":3}],"big":12345678901234567890.10,"if":"IF","json":"J","this":"T","null":"N","value":"V","Name":"up","name":"low","a.b":"dot","a/b":"slash","Street Name":"Main","2020":"year","größe":"ä"}""";

    [Theory]
    [InlineData("{{s}}", "x")]
    [InlineData("[{{ s }}]", "[x]")]
    [InlineData("{{{s}}} {{&s}} {{this.s}} {{./s}} {{@root.s}}", "x x x x x")]
    [InlineData("{{q}}", "a \"b\" <&>")]
    [InlineData("{{n}} {{z}} {{big}} {{t}} {{f}}", "1.50 0 12345678901234567890.10 true false")]
    [InlineData("[{{e}}{{nil}}]", "[]")]
    [InlineData("{{o.city}} {{o.in.k}} {{o/city}} {{tags.1}} {{tags.[0]}} {{tags.length}}", "Rom 7 Rom q p 2")]
    [InlineData("{{o}} {{tags}}", """{"city":"Rom","in":{"k":7}} ["p","q"]""")]
    [InlineData("{{json q}} {{json o.in}} {{json nil}}", "\"a \\\"b\\\" <&>\" {\"k\":7} null")]
    [InlineData("{{json n}} {{json tags}} {{json f}}", "1.50 [\"p\",\"q\"] false")]
    [InlineData("{{if}}{{json}}{{[this]}}{{[null]}}{{null}}{{value}}", "IFJTNNV")]
    [InlineData("{{json json}}", "\"J\"")]
    [InlineData("{{Name}} {{name}}", "up low")]
    [InlineData("{{[a.b]}} {{[a/b]}} {{[Street Name]}} {{2020}} {{größe}}", "dot slash Main year ä")]
    [InlineData("{{#each tags}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}", "0p,1q")]
    [InlineData("{{#each o}}{{@key}};{{/each}}", "city;in;")]
    [InlineData("{{#each tags as |tag i|}}{{i}}{{tag}}{{../s}}{{@root.s}} {{/each}}", "0pxx 1qxx ")]
    [InlineData("{{#each list}}{{a}}{{#if b}}+{{b}}{{/if}};{{/each}}", "1;2+3;")]
    [InlineData("{{#each list as |item|}}{{item.a}}{{#if item.b}}+{{item.b}}{{else}}-{{/if}}{{/each}}", "1-2+3")]
    [InlineData("{{#each none}}a{{else}}no {{s}}{{/each}}", "no x")]
    [InlineData("{{#with o}}{{city}} {{in.k}} {{../s}} {{#with in}}{{k}}{{../city}}{{../../s}}{{/with}}{{/with}}", "Rom 7 x 7Romx")]
    [InlineData("{{#with nil}}a{{else}}no {{s}}{{/with}}", "no x")]
    [InlineData("{{#with o as |p|}}{{p.city}}{{/with}}", "Rom")]
    [InlineData("{{#with o}}{{#each ../none}}{{else}}{{city}} {{../s}}{{/each}}{{/with}}", "Rom x")]
    [InlineData("{{#each this}}{{@key}} {{/each}}", "s q n z t f e nil tags none o list big if json this null value Name name a.b a/b Street Name 2020 größe ")]
    [InlineData("{{#if t}}1{{/if}}{{#if f}}2{{/if}}{{#if nil}}3{{/if}}{{#if e}}4{{/if}}{{#if z}}5{{/if}}{{#if none}}6{{/if}}{{#if n}}7{{/if}}{{#if tags}}8{{/if}}{{#if o}}9{{/if}}", "1789")]
    [InlineData("{{#if missing}}a{{else if s}}b{{else}}c{{/if}}", "The prompt cannot be used (line 1, column 7): no row of the sample has 'missing'; the columns are s, q, n, z, t, f, e, nil, tags, none, o, list, big, if, json, this, null, value, Name, name, a.b, a/b, Street Name, 2020, größe.")]
    [InlineData("{{#if nil}}a{{else if s}}b{{else}}c{{/if}}", "b")]
    [InlineData("{{#unless f}}a{{/unless}}{{#unless t}}b{{else}}c{{/unless}}", "ac")]
    [InlineData("{{#if z includeZero=true}}a{{/if}}{{#if z includeZero=false}}b{{/if}}", "a")]
    [InlineData("{{#if o.nothing}}a{{else}}b{{/if}}", "b")]
    [InlineData("{\"a\":{{n}}}", "{\"a\":1.50}")]
    [InlineData("{ {{s}}}}} {{#if t}}}{{/if}}}", "{ x}}} }}")]
    [InlineData("\\{{s}} and {{s}}", "{{s}} and x")]
    [InlineData("a{{! note }}b{{!-- }} --}}c", "abc")]
    [InlineData("a {{~s~}} b", "axb")]
    [InlineData("a\n{{#if t}}\nb\n{{/if}}\nc", "a\nb\nc")]
    [InlineData("no template", "no template")]
    public async Task Prompt_Values_AreRendered(string prompt, string expected) =>
        Assert.Equal(expected, await MapperCase.PromptAsync(Row, prompt));
}
