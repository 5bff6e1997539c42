using System.Buffers;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Results;

/// <summary>What one line of the outputs is made of. One instance serves all rows of an export, one after the other.</summary>
internal sealed class ResultRow
{
    private readonly ArrayBufferWriter<byte> _compact = new();
    private int _outputLength;
    private bool _outputMoved;

    public SourceRow Source { get; private set; } = null!;

    public Settlement Settled { get; private set; } = null!;

    /// <summary>Id of the failure's cause; null where there is no failure.</summary>
    public string? Group { get; private set; }

    /// <summary>The columns that pass through, as one JSON object; empty for a malformed row.</summary>
    public ArrayBufferWriter<byte> Input { get; } = new();

    /// <summary>Whether the batch compares answers with right ones; what follows says something only then.</summary>
    public bool IsJudged { get; private set; }

    /// <summary>The right answer as JSON; empty where it is not known.</summary>
    public ArrayBufferWriter<byte> Expected { get; } = new();

    public Judgement Judgement { get; private set; }

    /// <summary>Whether the answer is right; null where there is none, or nothing to compare it with.</summary>
    public bool? IsCorrect => Judgement switch
    {
        Judgement.Correct => true,
        Judgement.Wrong or Judgement.Missing => false,
        _ => null,
    };

    /// <summary>The agent's answer as JSON on one line; empty unless the row succeeded.</summary>
    public ReadOnlySpan<byte> Output => _outputMoved ? _compact.WrittenSpan : Settled.Output.Span[.._outputLength];

    /// <summary>Session of the last attempt; null for a row that no agent saw.</summary>
    public string? Session => Settled.State == ItemState.Rejected || Settled.Attempts == 0
        ? null
        : ItemSession.ForAttempt(Settled.BatchId, Settled.Index, Settled.Attempts);

    public void Set(SourceRow source, Settlement settled, string? group)
    {
        Source = source;
        Settled = settled;
        Group = group;
        var output = settled.State == ItemState.Succeeded ? settled.Output.Span : [];
        var compact = CompactJson.Of(output, _compact);
        _outputMoved = compact.Length != output.Length;
        _outputLength = output.Length;
    }

    /// <summary>Compares the answer of the row that was set with the right one.</summary>
    public void Judge(ExpectedAnswers answers)
    {
        IsJudged = true;
        Expected.ResetWrittenCount();
        answers.Write(Source, Expected);
        Judgement = answers.Judge(Settled.State, Expected.WrittenMemory, Settled.Output);
    }
}
