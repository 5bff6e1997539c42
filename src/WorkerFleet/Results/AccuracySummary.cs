namespace WorkerFleet.Results;

/// <summary>How the answers compare with the right ones, over the settled rows of which the right one is known.</summary>
/// <param name="Rows">Those rows: correct, wrong and unanswered ones.</param>
/// <param name="Correct">Rows with the right answer.</param>
/// <param name="Wrong">Rows that succeeded with another answer.</param>
/// <param name="Missing">Of the wrong ones, those whose output has nothing there that could be compared.</param>
/// <param name="Unanswered">Rows that did not succeed.</param>
/// <param name="Score">Correct ÷ (correct + wrong), 0 to 1, to six places; null when no row was answered.</param>
/// <param name="Agents">The same by agent, in the order of their names; rows that went to none are in no agent's.</param>
public sealed record AccuracySummary(
    long Rows, long Correct, long Wrong, long Missing, long Unanswered, double? Score,
    IReadOnlyList<AgentAccuracySummary> Agents);

/// <inheritdoc cref="AccuracySummary"/>
public sealed record AgentAccuracySummary(
    string Agent, long Rows, long Correct, long Wrong, long Missing, long Unanswered, double? Score);
