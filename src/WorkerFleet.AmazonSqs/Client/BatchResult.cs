namespace WorkerFleet.AmazonSqs.Client;

/// <summary>What became of each entry of a request for up to ten.</summary>
public sealed class BatchResult
{
    /// <summary>Never null, also where the answer says so.</summary>
    public List<BatchResultEntry> Successful { get; set => field = value ?? []; } = [];

    /// <summary>Never null, also where the answer says so.</summary>
    public List<BatchResultErrorEntry> Failed { get; set => field = value ?? []; } = [];
}

/// <summary>An entry that was carried out.</summary>
public sealed class BatchResultEntry
{
    public string Id { get; set; } = "";

    /// <summary>The message's, where one was sent.</summary>
    public string? MessageId { get; set; }
}

/// <summary>An entry that was not carried out.</summary>
public sealed class BatchResultErrorEntry
{
    public string Id { get; set; } = "";

    public string Code { get; set; } = "";

    public string? Message { get; set; }

    /// <summary>Whether sending the same again cannot help.</summary>
    public bool SenderFault { get; set; }
}
