namespace WorkerFleet.Cli;

/// <summary>
/// Something that the user can put right: each problem is one line, saying what, where, and what to do.
/// </summary>
internal sealed class UserErrorException(IReadOnlyList<string> problems, int exitCode = ExitCodes.BadInput)
    : Exception(string.Join(System.Environment.NewLine, problems))
{
    public UserErrorException(string problem, int exitCode = ExitCodes.BadInput)
        : this([problem], exitCode)
    {
    }

    public IReadOnlyList<string> Problems { get; } = problems;

    public int ExitCode { get; } = exitCode;
}
