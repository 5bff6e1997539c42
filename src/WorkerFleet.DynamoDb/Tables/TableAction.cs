using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Tables;

/// <summary>Something that the store does with a table, and whether it may.</summary>
/// <param name="Action">IAM's name of it.</param>
/// <param name="Resource">The table, or an index of it.</param>
/// <param name="Problem">Why it cannot be done; null when it can.</param>
public sealed record TableAction(string Action, string Resource, StoreException? Problem);
