namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>
/// Whether there are credentials, where the fleet has something in AWS. Whether AWS takes them shows when it is asked.
/// </summary>
/// <param name="isUsed">Whether the fleet has something there.</param>
/// <param name="problem">Looks for credentials; null when there are some.</param>
internal sealed class AwsCheck(bool isUsed, Func<CancellationToken, Task<string?>> problem) : IDoctorCheck
{
    public string Id => "aws";

    public string Name => "aws";

    public TimeSpan Limit => TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether there are credentials, as far as was looked: without any, every other check of AWS would say the same.
    /// </summary>
    public bool HasCredentials { get; private set; } = true;

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (!isUsed)
            return;
        if (await problem(cancellationToken) is not { } found)
        {
            findings.Pass("credentials were found");
            return;
        }

        HasCredentials = false;
        findings.Add(DoctorCodes.AwsCredentials, found);
    }
}
