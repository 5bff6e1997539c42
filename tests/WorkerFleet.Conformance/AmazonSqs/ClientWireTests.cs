using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Conformance.AgentCore;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>
/// What our client sends is what AWS's JavaScript client sends: method, path, body and every header that means
/// something; and it is signed as AWS verifies it.
/// </summary>
public sealed partial class ClientWireTests
{
    private const string Region = "eu-central-1";
    private const string AccessKey = "AKIDEXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Token = "IQoJb3JpZ2luX2VjE//+session/token==";
    private const string QueueUrl = $"https://sqs.{Region}.amazonaws.com/123456789012/orders";

    /// <summary>
    /// What each says of itself and its retries, what differs with the time, and what belongs to the connection.
    /// </summary>
    private static readonly HashSet<string> NotCompared =
    [
        "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent", "user-agent", "connection", "x-amz-date",
        "authorization",
        // Follow from the body, whose members may come in another order.
        "content-length", "x-amz-content-sha256",
    ];

    private static readonly string[] MustBeSigned = ["host", "x-amz-date", "x-amz-target", "x-amz-security-token"];

    public static TheoryData<string> Commands => [.. Calls.Keys];

    private static Dictionary<string, (object Input, Func<SqsClient, Task> Call)> Calls => new()
    {
        ["GetQueueUrl"] = (new { QueueName = "orders" }, client => client.GetQueueUrlAsync("orders", default)),
        ["CreateQueue"] = (
            new
            {
                QueueName = "orders", Attributes = new { VisibilityTimeout = "30" },
                tags = new Dictionary<string, string> { ["a b"] = "ü" },
            },
            client => client.CreateQueueAsync(
                new()
                {
                    QueueName = "orders",
                    Attributes = new Dictionary<string, string> { ["VisibilityTimeout"] = "30" },
                    Tags = new Dictionary<string, string> { ["a b"] = "ü" },
                },
                default)),
        ["DeleteQueue"] = (new { QueueUrl }, client => client.DeleteQueueAsync(QueueUrl, default)),
        ["PurgeQueue"] = (new { QueueUrl }, client => client.PurgeQueueAsync(QueueUrl, default)),
        ["GetQueueAttributes"] = (
            new { QueueUrl, AttributeNames = new[] { "QueueArn" } },
            client => client.GetQueueAttributesAsync(QueueUrl, ["QueueArn"], default)),
        ["SetQueueAttributes"] = (
            new { QueueUrl, Attributes = new { RedrivePolicy = "{\"maxReceiveCount\":5}" } },
            client => client.SetQueueAttributesAsync(
                QueueUrl, new Dictionary<string, string> { ["RedrivePolicy"] = "{\"maxReceiveCount\":5}" }, default)),
        ["TagQueue"] = (
            new { QueueUrl, Tags = new { team = "x" } },
            client => client.TagQueueAsync(QueueUrl, new Dictionary<string, string> { ["team"] = "x" }, default)),
        ["SendMessageBatch"] = (
            new
            {
                QueueUrl,
                Entries = new object[]
                {
                    new
                    {
                        Id = "0", MessageBody = "{\"name\":\"Grüße <&> 😀\"}", DelaySeconds = 7,
                        MessageGroupId = "tenant-1",
                        MessageDeduplicationId = "d", MessageAttributes = new
                        {
                            kind = new { DataType = "String", StringValue = "größer" },
                            bytes = new { DataType = "Binary", BinaryValue = "AQL/" },
                        },
                    },
                    new { Id = "1", MessageBody = "plain" },
                },
            },
            client => client.SendMessageBatchAsync(
                QueueUrl,
                [
                    new()
                    {
                        Id = "0", MessageBody = "{\"name\":\"Grüße <&> 😀\"}", DelaySeconds = 7,
                        MessageGroupId = "tenant-1",
                        MessageDeduplicationId = "d", MessageAttributes = new Dictionary<string, MessageAttributeValue>
                        {
                            ["kind"] = new() { StringValue = "größer" },
                            ["bytes"] = new() { DataType = "Binary", BinaryValue = [1, 2, 255] },
                        },
                    },
                    new() { Id = "1", MessageBody = "plain" },
                ],
                default)),
        ["ReceiveMessage"] = (
            new
            {
                QueueUrl, MaxNumberOfMessages = 10, WaitTimeSeconds = 20, VisibilityTimeout = 30,
                MessageSystemAttributeNames = new[] { "All" }, MessageAttributeNames = new[] { "All" },
            },
            client => client.ReceiveMessageAsync(new() { QueueUrl = QueueUrl, VisibilityTimeout = 30 }, default)),
        ["DeleteMessageBatch"] = (
            new { QueueUrl, Entries = new[] { new { Id = "0", ReceiptHandle = "AQEB+/==" } } },
            client => client.DeleteMessageBatchAsync(
                QueueUrl, [new() { Id = "0", ReceiptHandle = "AQEB+/==" }], default)),
        ["ChangeMessageVisibilityBatch"] = (
            new { QueueUrl, Entries = new[] { new { Id = "0", ReceiptHandle = "AQEB", VisibilityTimeout = 0 } } },
            client => client.ChangeMessageVisibilityBatchAsync(
                QueueUrl, [new() { Id = "0", ReceiptHandle = "AQEB", VisibilityTimeout = 0 }], default)),
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Request_OfEveryOperation_IsThatOfAwsClient(string command)
    {
        var (input, call) = Calls[command];
        await using var server = await WireServer.StartAsync();
        await AwsClient.CallAsync(
            "sqs", server.Url, command, Region,
            new { accessKeyId = AccessKey, secretAccessKey = SecretKey, sessionToken = Token }, input);
        var theirs = server.Next();
        using (var client = new SqsClient(
            new SessionAWSCredentials(AccessKey, SecretKey, Token),
            new() { Region = Region, ServiceUrl = new Uri(server.Url), MaxAttempts = 1 }, TimeProvider.System))
            try
            {
                await call(client);
            }
            catch (SqsException exception) when (exception.ErrorCode is SqsException.BrokenAnswer)
            {
                // The server answers everything with {}, which names no queue.
            }

        var ours = server.Next();

        Assert.Equal((theirs.Method, theirs.Target), (ours.Method, ours.Target));
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(theirs.Body), JsonNode.Parse(ours.Body)), $"{theirs.Body}\n{ours.Body}");
        Assert.Equal(Compared(theirs), Compared(ours));
        Assert.Equal(SignatureOf(theirs), Sign(theirs));
        Assert.Equal(SignatureOf(ours), Sign(ours));
        Assert.Empty(MustBeSigned.Except(SignedHeaders(ours)));
    }

    private static SortedDictionary<string, string> Compared(WireRequest request) => new(
        request.Headers.Where(header => !NotCompared.Contains(header.Key))
            .ToDictionary(header => header.Key, header => header.Value),
        StringComparer.Ordinal);

    private static string SignatureOf(WireRequest request) => request.Headers["authorization"].Split("Signature=")[1];

    private static string[] SignedHeaders(WireRequest request) =>
        SignedHeaderNames().Match(request.Headers["authorization"]).Groups[1].Value.Split(';');

    /// <summary>
    /// Signature Version 4 of what came, of the headers that it says were signed: as the service computes it.
    /// </summary>
    private static string Sign(WireRequest request)
    {
        var signed = SignedHeaders(request);
        var canonical = string.Join('\n', [
            request.Method, request.Target, "",
            .. signed.Select(name => $"{name}:{Regex.Replace(request.Headers[name].Trim(), " +", " ")}"),
            "", string.Join(';', signed), Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request.Body))),
        ]);
        var at = request.Headers["x-amz-date"];
        var scope = $"{at[..8]}/{Region}/sqs/aws4_request";
        Assert.Contains($"Credential={AccessKey}/{scope}", request.Headers["authorization"], StringComparison.Ordinal);
        var key = scope.Split('/').Aggregate(
            Encoding.UTF8.GetBytes($"AWS4{SecretKey}"),
            (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(
            $"AWS4-HMAC-SHA256\n{at}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}")));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [GeneratedRegex("SignedHeaders=([^,]+),")]
    private static partial Regex SignedHeaderNames();
}
