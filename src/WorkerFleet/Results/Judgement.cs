namespace WorkerFleet.Results;

/// <summary>How the answer to a row compares with the right one.</summary>
internal enum Judgement
{
    /// <summary>What is right is not known.</summary>
    None,

    Correct,

    Wrong,

    /// <summary>Wrong, because the output has nothing there that could be compared.</summary>
    Missing,

    /// <summary>The row did not succeed.</summary>
    Unanswered,
}
