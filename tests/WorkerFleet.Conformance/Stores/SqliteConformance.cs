namespace WorkerFleet.Conformance.Stores;

// Each suite once more, against the embedded store.

public sealed class SqliteJournal : JournalConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteLedger : LedgerConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteReopening : ReopenConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteLedgerUsage : LedgerUsageConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteSchedule : ScheduleConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteDeadLetters : DeadLetterConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteBatches : BatchStoreConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteDrivers : DriversConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteLedgerProperties : LedgerPropertyConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteWorkers : WorkerRegistryConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteLeases : LeaseConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteShares : LimitShareConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteModes : StoreModeConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteBrokenMessages : BrokenMessageConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteSagaConflicts : SagaConflictConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}

public sealed class SqliteApiKeys : ApiKeyConformance
{
    protected override Task<IStoreFixture> CreateFixtureAsync() => Task.FromResult<IStoreFixture>(SqliteFixture.Create());
}
