namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>What became of an attempt to keep a message invisible to others for longer.</summary>
internal enum Extension
{
    Done,

    /// <summary>To be tried again.</summary>
    Failed,

    /// <summary>Somebody else may have the message.</summary>
    Lost,

    /// <summary>The message has been held for as long as it may be.</summary>
    Expired,
}
