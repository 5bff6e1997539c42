using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>A request of up to ten entries, of which some are refused before SQS sees them.</summary>
internal sealed class SqsBatch(SqsRequest request)
{
    private readonly JsonObject _body = request.Read();
    private readonly List<string> _refused = [];

    public int Count => Entries.Count;

    public bool IsEmpty => Entries.Count == 0;

    /// <summary>What SQS sees of it.</summary>
    public SqsRequest Rest => request.With(_body);

    private JsonArray Entries => _body[nameof(Entries)]!.AsArray();

    public void Refuse(int count, Random random)
    {
        for (var i = 0; i < count; i++)
        {
            var place = random.Next(Entries.Count);
            _refused.Add((string)Entries[place]!["Id"]!);
            Entries.RemoveAt(place);
        }
    }

    /// <returns>SQS's answer with the refused entries in it; SQS's own where it is an error.</returns>
    public SqsAnswer Complete(SqsAnswer answer, string code, string message, bool isSenderFault)
    {
        if (answer.Status != 200)
            return answer;
        var result = JsonNode.Parse(answer.Body)!.AsObject();
        var failed = result["Failed"] as JsonArray ?? [];
        foreach (var id in _refused)
            failed.Add((JsonNode)new JsonObject
            {
                ["Id"] = id, ["Code"] = code, ["Message"] = message, ["SenderFault"] = isSenderFault,
            });
        if (failed.Parent is null)
            result["Failed"] = failed;
        return answer with { Body = JsonSerializer.SerializeToUtf8Bytes(result) };
    }
}
