using WorkerFleet.Batches;
using WorkerFleet.Sources;

namespace WorkerFleet.Cli.Options;

/// <summary>What a run was asked to do, once everything that was written has been understood.</summary>
/// <param name="SourcePath">Full path of the source, or its address in S3; null for standard input.</param>
/// <param name="SourceSettings">How to read it.</param>
/// <param name="Spec">The batch.</param>
/// <param name="Output">Full path of the folder for the results, or an address in S3.</param>
/// <param name="AdHocAgent">An agent that is used without being configured.</param>
internal sealed record RunRequest(
    string? SourcePath, SourceSettings SourceSettings, BatchSpec Spec, string Output, AdHocAgent? AdHocAgent);

/// <param name="Name">Its name in the batch.</param>
/// <param name="Url">Its address.</param>
internal sealed record AdHocAgent(string Name, Uri Url);
