namespace WorkerFleet.Ledger;

/// <summary>One check while it is being made over a whole batch: holds until the first place that contradicts.</summary>
/// <param name="name">What is checked, as a sentence that holds when it passes.</param>
internal sealed class AuditFinding(string name)
{
    private string? _contradiction;

    public bool Passed => _contradiction is null;

    /// <summary>Only the first place is kept: what follows is often its consequence.</summary>
    public void Contradict(FormattableString place) => _contradiction ??= FormattableString.Invariant(place);

    /// <summary>Contradicts unless <paramref name="holds"/>.</summary>
    public void Expect(bool holds, FormattableString place)
    {
        if (!holds)
            Contradict(place);
    }

    /// <summary>A position in words.</summary>
    public static string Text(SourcePosition position) => FormattableString.Invariant(
        $"row {position.Index} (byte {position.ByteOffset}, line {position.Line})");

    /// <param name="figures">What was compared, for when it passed.</param>
    public AuditCheck Conclude(FormattableString figures) =>
        new(name, Passed, _contradiction ?? FormattableString.Invariant(figures));
}
