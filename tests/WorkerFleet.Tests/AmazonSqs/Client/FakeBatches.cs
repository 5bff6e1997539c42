using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Client;

/// <summary>Takes requests of a coalescer, and answers each when the test says so.</summary>
internal sealed class FakeBatches
{
    private readonly Lock _lock = new();
    private readonly List<Request> _requests = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _requests.Count;
        }
    }

    public async Task<Request> RequestAsync(int number)
    {
        await Eventually.IsTrueAsync(() => Count >= number);
        lock (_lock)
            return _requests[number - 1];
    }

    public Task<BatchResult> SendAsync(
        IReadOnlyList<(string Id, string Body)> entries, CancellationToken cancellationToken)
    {
        var request = new Request(entries);
        lock (_lock)
            _requests.Add(request);
        return request.Result.Task.WaitAsync(cancellationToken);
    }

    internal sealed record Request(IReadOnlyList<(string Id, string Body)> Entries)
    {
        public TaskCompletionSource<BatchResult> Result { get; } = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        public IEnumerable<string> Bodies => Entries.Select(entry => entry.Body);

        /// <summary>Succeeds, but for the entries that a test says something else of.</summary>
        public void Answer(params (string Body, BatchResultErrorEntry? Failure)[] except) => Result.SetResult(new()
        {
            Successful = [.. Entries.Where(entry => !except.Any(other => other.Body == entry.Body))
                .Select(entry => new BatchResultEntry { Id = entry.Id })],
            Failed = [.. except.Where(other => other.Failure is not null).Select(other =>
            {
                other.Failure!.Id = Entries.Single(entry => entry.Body == other.Body).Id;
                return other.Failure;
            })],
        });
    }
}
