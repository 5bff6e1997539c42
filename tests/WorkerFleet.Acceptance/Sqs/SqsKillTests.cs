using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Conformance.Emulators;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Sqs;

/// <summary>As in AWS: queues in SQS, the store in DynamoDB and S3.</summary>
[Collection(SqsTests.Name)]
public sealed class SqsKillTests(ITestOutputHelper log) : FleetKillTests(TestFleet.CreateForSqs(log), log)
{
    private SqsEmulator? _sqs;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_sqs is not null)
            await _sqs.DisposeAsync();
    }

    private protected override async Task PrepareAsync(TestFleet fleet)
    {
        _sqs = await SqsEmulator.StartOwnAsync();
        fleet.UseSqs(_sqs.Endpoint);
        await fleet.UseCloudStoreAsync();
    }
}
