namespace WorkerFleet.Conformance.Stores;

// Each suite once more, against the cloud store. It has no drivers and no modes: it is a fleet's alone.

public sealed class DynamoJournal : JournalConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoLedger : LedgerConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoReopening : ReopenConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoLedgerUsage : LedgerUsageConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoSchedule : ScheduleConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoDeadLetters : DeadLetterConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoBatches : BatchStoreConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoLedgerProperties : LedgerPropertyConformance
{
    protected override int Cases => 10;

    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoWorkers : WorkerRegistryConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoLeases : LeaseConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoShares : LimitShareConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoBrokenMessages : BrokenMessageConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoSagaConflicts : SagaConflictConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}

public sealed class DynamoApiKeys : ApiKeyConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => DynamoFixture.CreateAsync();
}
