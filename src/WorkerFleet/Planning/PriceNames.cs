namespace WorkerFleet.Planning;

/// <summary>The prices that a plan needs, by the names that a file of prices has them under.</summary>
public static class PriceNames
{
    public const string AgentCoreVcpuHour = "agentcore_vcpu_hour";
    public const string AgentCoreGbHour = "agentcore_gb_hour";
    public const string SqsMillionRequests = "sqs_million_requests";
    public const string DynamoDbMillionWriteUnits = "dynamodb_million_write_units";
    public const string DynamoDbMillionReadUnits = "dynamodb_million_read_units";
    public const string S3ThousandPuts = "s3_thousand_puts";
    public const string S3ThousandGets = "s3_thousand_gets";
    public const string S3GbMonth = "s3_gb_month";

    public static IReadOnlyList<string> All { get; } =
    [
        AgentCoreVcpuHour, AgentCoreGbHour, SqsMillionRequests, DynamoDbMillionWriteUnits, DynamoDbMillionReadUnits,
        S3ThousandPuts, S3ThousandGets, S3GbMonth,
    ];
}
