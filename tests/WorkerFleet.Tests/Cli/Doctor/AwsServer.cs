using Amazon.DynamoDBv2;
using Amazon.Runtime;
using WorkerFleet.DynamoDb;
using WorkerFleet.Tests.AgentCore;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>Stands in for DynamoDB: answers each operation by what a test says.</summary>
internal sealed class AwsServer : IAsyncDisposable
{
    private readonly RawServer _server;

    /// <param name="answer">Status and body, by the operation's name.</param>
    public AwsServer(Func<string, (string Status, string Body)> answer) => _server = RawServer.StartConcurrent(async exchange =>
    {
        var request = await exchange.ReadRequestAsync();
        var target = request.Split("\r\n").First(line => line.StartsWith("X-Amz-Target:", StringComparison.OrdinalIgnoreCase));
        var (status, body) = answer(target[(target.LastIndexOf('.') + 1)..].Trim());
        await exchange.WriteAsync(RawServer.Answer(status, "application/x-amz-json-1.0", body, "Connection: close\r\n"));
    });

    public DynamoDbOptions DynamoDb => new()
    {
        // It answers at once, on a machine that is not busy.
        RequestTimeout = TimeSpan.FromMinutes(1),
        Client = new AmazonDynamoDBClient(
            new BasicAWSCredentials("test", "test"),
            new AmazonDynamoDBConfig { ServiceURL = _server.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = 0 }),
    };

    public static (string Status, string Body) Refuse(string code, string message = "on purpose") => (
        "400 Bad Request", $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{code}}","message":"{{message}}"}""");

    /// <summary>Describes a table with this partition key, without indexes, of which nothing expires.</summary>
    public static (string Status, string Body) Table(string operation, string partitionKey = "PK") => ("200 OK", operation switch
    {
        "DescribeTable" => $$"""
            {"Table":{"TableStatus":"ACTIVE",
            "KeySchema":[{"AttributeName":"{{partitionKey}}","KeyType":"HASH"},{"AttributeName":"SK","KeyType":"RANGE"}],
            "AttributeDefinitions":[{"AttributeName":"{{partitionKey}}","AttributeType":"S"},{"AttributeName":"SK","AttributeType":"S"}]
            } }
            """,
        "DescribeTimeToLive" => """{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}""",
        _ => "{}",
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
