using System.Text;
using Amazon.DynamoDBv2.Model;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>Sizes of records as DynamoDB bills them.</summary>
internal static class ItemSize
{
    /// <summary>DynamoDB's limit of one record, in bytes.</summary>
    public const int Max = 400 * 1024;

    public static int Of(Dictionary<string, AttributeValue> item) =>
        item.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Of(pair.Value));

    /// <summary>Write units of one record.</summary>
    public static int WriteUnits(Dictionary<string, AttributeValue> item) => Math.Max(1, (Of(item) + 1023) / 1024);

    private static int Of(AttributeValue value)
    {
        if (value.S is { } text)
            return Encoding.UTF8.GetByteCount(text);
        if (value.N is { } number)
            return (number.Length / 2) + 2;
        if (value.B is { } bytes)
            return (int)bytes.Length;
        if (value.BS is { Count: > 0 } set)
            return set.Sum(element => (int)element.Length);
        if (value.L is { Count: > 0 } list)
            return 3 + list.Sum(element => 1 + Of(element));
        return 3;
    }
}
