namespace WorkerFleet.Cli.Doctor;

/// <summary>Looks at one thing that the fleet needs.</summary>
internal interface IDoctorCheck
{
    /// <summary>What <c>--only</c> names it by, and codes begin with.</summary>
    string Id { get; }

    /// <summary>What people read in front of its findings.</summary>
    string Name { get; }

    /// <summary>How long it may take.</summary>
    TimeSpan Limit { get; }

    /// <summary>What it means that the limit was not enough.</summary>
    DoctorCode Late => DoctorCodes.CheckLate;

    /// <summary>What is expected to be wrong is a finding; whatever is thrown becomes one, too.</summary>
    Task ExamineAsync(Findings findings, CancellationToken cancellationToken);
}
