namespace WorkerFleet.DynamoDb.Tables;

/// <summary>Something that is not as the fleet needs it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Problem">What, for a person, such as "there is no such table".</param>
/// <param name="CanBeMade">Whether <see cref="DynamoDbTables.ProvisionAsync"/> makes it as it should be. A key cannot be changed.</param>
/// <param name="Aspect">Which part of the table it is.</param>
public sealed record TableDifference(string Table, string Problem, bool CanBeMade, TableAspect Aspect);

/// <summary>Parts of a table.</summary>
public enum TableAspect
{
    /// <summary>All of it: there is none.</summary>
    Table,

    Key,
    Index,
    Expiry,
}
