namespace WorkerFleet.Cli.Provisioning;

internal enum ResourceState
{
    /// <summary>It is there, and as it should be.</summary>
    Present,

    /// <summary>It was missing, and is there now.</summary>
    Created,

    /// <summary>It was there, and was brought in line.</summary>
    Updated,

    /// <summary>It would be created or brought in line, were this not a dry run.</summary>
    Missing,

    /// <summary>It is there, and not as it should be, in a way that is not for a command to change.</summary>
    Differs,

    /// <summary>It could not be looked at or made.</summary>
    Failed,
}

/// <summary>One thing in AWS that the fleet needs.</summary>
/// <param name="Kind">Such as table, or bucket.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">How it is.</param>
/// <param name="Detail">What was found or done and, unless it is as it should be, what to do.</param>
internal sealed record Resource(string Kind, string Name, ResourceState State, string Detail);
