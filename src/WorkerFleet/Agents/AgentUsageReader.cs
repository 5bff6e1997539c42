using System.Text.Json;

namespace WorkerFleet.Agents;

/// <summary>
/// Finds in an answer what the call used. Known are the shapes of Anthropic and Bedrock (<c>usage.input_tokens</c>,
/// <c>usage.inputTokens</c>), OpenAI (<c>usage.prompt_tokens</c>) and Strands (<c>metrics.accumulated_usage</c>), and a cost in
/// <c>cost_usd</c> or <c>total_cost_usd</c>, at the root or in <c>usage</c>. What is no sensible number is taken for none.
/// </summary>
public sealed class AgentUsageReader
{
    /// <summary>Without pointers: the usual places alone.</summary>
    public static readonly AgentUsageReader Default = new(new());

    private static readonly string[] UsageNames = ["usage", "accumulated_usage", "accumulatedUsage"];
    private static readonly string[] InputNames = ["input_tokens", "inputTokens", "prompt_tokens", "promptTokens"];
    private static readonly string[] OutputNames =
        ["output_tokens", "outputTokens", "completion_tokens", "completionTokens"];
    private static readonly string[] CostNames = ["cost_usd", "costUsd", "total_cost_usd"];

    private readonly JsonPointer? _input;
    private readonly JsonPointer? _output;
    private readonly JsonPointer? _cost;

    /// <param name="pointers">Checked by <see cref="Validate"/>.</param>
    public AgentUsageReader(AgentUsagePointers pointers) =>
        (_input, _output, _cost) = (Of(pointers.InputTokens), Of(pointers.OutputTokens), Of(pointers.CostUsd));

    /// <param name="json">An answer as UTF-8 JSON; anything else tells nothing.</param>
    /// <returns>Null when it does not tell. The cost is null unless the agent tells that, too.</returns>
    public AgentUsage? Read(ReadOnlyMemory<byte> json)
    {
        // Most answers tell nothing: they are searched, at some GB/s, and not parsed.
        if (!MayTell(json.Span))
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte})"/>
    public AgentUsage? Read(JsonElement root)
    {
        var usage = UsageIn(root);
        var input = Tokens(_input, root) ?? Tokens(InputNames, usage);
        var output = Tokens(_output, root) ?? Tokens(OutputNames, usage);
        var cost = Cost(_cost?.Find(root)) ?? Cost(Find(CostNames, root)) ?? Cost(Find(CostNames, usage));
        return input is null && output is null && cost is null ? null : new(input ?? 0, output ?? 0, cost);
    }

    /// <summary>What is wrong with pointers, each naming its key.</summary>
    public static IEnumerable<string> Validate(string agent, AgentUsagePointers pointers)
    {
        (string Property, string? Value)[] values =
        [
            (nameof(pointers.InputTokens), pointers.InputTokens), (nameof(pointers.OutputTokens), pointers.OutputTokens),
            (nameof(pointers.CostUsd), pointers.CostUsd),
        ];
        foreach (var (property, value) in values)
            if (value is not null && JsonPointer.Parse(value).Problem is { } problem)
                yield return $"{AgentOptions.KeyOf(agent, $"{nameof(AgentOptions.Usage)}:{property}")}: {problem}";
    }

    private bool MayTell(ReadOnlySpan<byte> json) =>
        json.IndexOf("usage\""u8) >= 0 || json.IndexOf("Usage\""u8) >= 0 || json.IndexOf("cost"u8) >= 0
        || _input?.MayBeIn(json) == true || _output?.MayBeIn(json) == true || _cost?.MayBeIn(json) == true;

    private static JsonElement? UsageIn(JsonElement root) =>
        Find(UsageNames, root) ?? Find(UsageNames, Find(["metrics"], root));

    private static JsonElement? Find(ReadOnlySpan<string> names, JsonElement? parent)
    {
        if (parent is { ValueKind: JsonValueKind.Object } found)
            foreach (var name in names)
                if (found.TryGetProperty(name, out var value))
                    return value;
        return null;
    }

    private static long? Tokens(JsonPointer? pointer, JsonElement root) => Tokens(pointer?.Find(root));

    private static long? Tokens(string[] names, JsonElement? usage) => Tokens(Find(names, usage));

    private static long? Tokens(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var tokens)
            && tokens is >= 0 and <= AgentUsage.MaxTokens && decimal.IsInteger(tokens)
            ? (long)tokens
            : null;

    private static decimal? Cost(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var cost)
            && cost is >= 0 and <= AgentUsage.MaxCostUsd
            ? AgentUsage.Round(cost)
            : null;

    private static JsonPointer? Of(string? text) => text is null ? null : JsonPointer.Parse(text).Pointer;
}
