using WorkerFleet.S3;

namespace WorkerFleet.Tests.S3;

public sealed class S3ReadStreamTests
{
    private static readonly S3Address Address = new("bucket", "key");

    private readonly byte[] _content = [.. Enumerable.Range(0, 10_000).Select(number => (byte)(number * 7))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ConnectionBreaks_GoesOnWhereItWas(bool endsQuietly)
    {
        using var client = new ScriptedS3(_content) { EndsQuietly = endsQuietly };
        client.BreakAfter.Enqueue(4_000);
        client.BreakAfter.Enqueue(0);
        client.BreakAfter.Enqueue(1_000);

        Assert.Equal(_content[100..], await ReadAsync(client, 100));

        Assert.Equal(["bytes=100-", "bytes=4100-", "bytes=4100-", "bytes=5100-"], client.Ranges);
    }

    [Fact]
    public async Task Read_ConnectionBreaksEveryTime_GivesUpAndSaysWhere()
    {
        using var client = new ScriptedS3(_content);
        client.BreakAfter.Enqueue(300);
        for (var time = 0; time < 10; time++)
            client.BreakAfter.Enqueue(0);

        var exception = await Assert.ThrowsAsync<S3Exception>(() => ReadAsync(client, 0));

        Assert.Equal("s3://bucket/key: the connection broke 6 times in a row at byte 300", exception.Message);
        Assert.Equal(6, client.Ranges.Count);
    }

    [Fact]
    public async Task Read_ReplacedWhileItIsRead_IsAnErrorAndNoMixture()
    {
        using var client = new ScriptedS3(_content);
        client.BreakAfter.Enqueue(300);
        await using var stream = await S3ReadStream.OpenAsync(client, Address, 0, TimeProvider.System, CancellationToken.None);
        await stream.ReadExactlyAsync(new byte[300]);
        client.ETag = "\"2\"";

        var exception = await Assert.ThrowsAsync<S3Exception>(async () => await stream.ReadExactlyAsync(new byte[1]));

        Assert.Contains("replaced or deleted", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_Cancelled_IsNotTriedAgain()
    {
        using var client = new ScriptedS3(_content);
        client.BreakAfter.Enqueue(0);
        using var cancelled = new CancellationTokenSource();
        await using var stream = await S3ReadStream.OpenAsync(
            client, Address, 0, TimeProvider.System, CancellationToken.None);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await stream.ReadExactlyAsync(new byte[1], cancelled.Token));

        Assert.Single(client.Ranges);
    }

    private static async Task<byte[]> ReadAsync(ScriptedS3 client, long offset)
    {
        await using var stream = await S3ReadStream.OpenAsync(client, Address, offset, TimeProvider.System, CancellationToken.None);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read);
        return read.ToArray();
    }
}
