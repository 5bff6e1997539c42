namespace WorkerFleet.Aws;

/// <summary>What kind of failure of AWS, or of the way there, it is.</summary>
public enum AwsFault
{
    /// <summary>None of the others.</summary>
    Other,

    NoCredentials,

    NoRegion,

    Unreachable,

    /// <summary>The credentials are good, and may not do this.</summary>
    Denied,

    /// <summary>AWS does not know the credentials, or key and secret do not belong together.</summary>
    Refused,

    /// <summary>The credentials were good once.</summary>
    Expired,

    /// <summary>This machine's clock is so wrong that no signature of it is taken.</summary>
    ClockWrong,

    OtherRegion,

    /// <summary>There is no such table or bucket.</summary>
    Missing,
}
