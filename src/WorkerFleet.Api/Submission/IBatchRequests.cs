using WorkerFleet.Batches;
using WorkerFleet.Sources;

namespace WorkerFleet.Api.Submission;

/// <summary>
/// Understands the options of a batch as they are written, by the same rules as the command line: whoever hosts the
/// API has them.
/// </summary>
public interface IBatchRequests
{
    /// <summary>Names of the fields, with dashes; underscores will do too.</summary>
    IReadOnlyList<string> Fields { get; }

    /// <summary>The fields for people, with the defaults of the host's configuration.</summary>
    IReadOnlyList<RequestField> Describe();

    /// <summary>Why nothing can be submitted here, such as that no fleet drives batches; null when it can.</summary>
    string? ProblemOfSubmitting { get; }

    /// <summary>Reads options; the defaults of the host's configuration hold for what is not named.</summary>
    /// <param name="fields">Names and values; a list is a field several times, or separated by commas.</param>
    /// <param name="sourceName">File name of the source.</param>
    /// <param name="owner">Of the batch; null for the one that is written, or the host's default.</param>
    /// <param name="problems">Gets all that is wrong, each naming its field.</param>
    /// <returns>Of use only when nothing is wrong.</returns>
    BatchRequest Read(
        IReadOnlyList<KeyValuePair<string, string>> fields, string sourceName, string? owner,
        ICollection<string> problems);

    /// <summary>Reads a change of limits: concurrency, timeout, attempts, priority.</summary>
    SetLimits ReadLimits(IReadOnlyList<KeyValuePair<string, string>> fields, ICollection<string> problems);

    /// <summary>Opens a source below one of the roots.</summary>
    /// <param name="address">A full path without links, or an address such as <c>s3://bucket/key</c>.</param>
    /// <param name="problems">Gets why it cannot be opened.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Null when it cannot be opened.</returns>
    Task<Stream?> OpenAsync(string address, ICollection<string> problems, CancellationToken cancellationToken);
}

/// <param name="Source">How to read the source.</param>
/// <param name="Spec">The batch.</param>
/// <param name="Output">Where its results are to go, as it was written; null: they stay in the store.</param>
public sealed record BatchRequest(SourceSettings Source, BatchSpec Spec, string? Output);

/// <summary>A field of a submission, for people.</summary>
/// <param name="Name">With dashes.</param>
/// <param name="Section">What it is about: source, agents, mapping, limits, retries, failures, output, or nothing.</param>
/// <param name="Value">What it takes, such as <c>N</c>, or <c>low|normal|high</c>.</param>
/// <param name="Help">One sentence, with the default.</param>
/// <param name="IsList">Whether it takes several, separated by commas.</param>
/// <param name="IsFlag">Whether it is true or false.</param>
/// <param name="Default">What the configuration says; null where it says nothing.</param>
public sealed record RequestField(
    string Name, string Section, string Value, string Help, bool IsList, bool IsFlag, string? Default);
