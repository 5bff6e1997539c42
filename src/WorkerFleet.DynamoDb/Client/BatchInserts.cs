using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>
/// Writes many records, each only where there is none with its key. A batch of statements is the one request of DynamoDB that
/// has a condition for each of many records and costs no more than their writes: BatchWriteItem has no conditions, and a
/// transaction costs double.
/// </summary>
internal sealed class BatchInserts(DynamoTables tables, BatchReads reads)
{
    /// <summary>DynamoDB's limit of statements in a batch.</summary>
    public const int MaxStatements = 25;

    private const string Operation = "BatchExecuteStatement";

    /// <returns>For each record, whether this call wrote it, in their order. Also true where only the answer was lost.</returns>
    public async Task<bool[]> InsertAsync(IReadOnlyList<Insert> inserts, CancellationToken cancellationToken)
    {
        foreach (var insert in inserts)
            insert.Item.TryAdd(Attributes.Writer, Attributes.Text(Attributes.NewWriter()));
        var written = new bool[inserts.Count];
        var left = Enumerable.Range(0, inserts.Count).ToList();
        while (left.Count > 0)
        {
            // No batch may have a key twice; the second then finds the first.
            var distinct = left.DistinctBy(number => KeyOf(inserts[number])).ToList();
            await Task.WhenAll(distinct.Chunk(MaxStatements)
                .Select(numbers => InsertAsync(inserts, numbers, written, cancellationToken)));
            left = [.. left.Except(distinct)];
        }

        return written;
    }

    private async Task InsertAsync(
        IReadOnlyList<Insert> inserts, IReadOnlyList<int> numbers, bool[] written, CancellationToken cancellationToken)
    {
        var began = tables.Time.GetTimestamp();
        for (var tries = 0; numbers.Count > 0; tries++)
        {
            var table = inserts[numbers[0]].Table;
            var answer = await tables.ExecuteAsync(
                new() { Statements = [.. numbers.Select(number => StatementOf(inserts[number]))] }, table, cancellationToken);
            if (answer.ConsumedCapacity is not { Count: > 0 })
                CountUnits(numbers.Select(number => inserts[number]));
            var (again, there) = (new List<int>(), new List<int>());
            for (var i = 0; i < numbers.Count; i++)
            {
                var insert = inserts[numbers[i]];
                var code = answer.Responses[i].Error?.Code?.Value;
                if (code is null)
                    written[numbers[i]] = true;
                else if (code == BatchStatementErrorCodeEnum.DuplicateItem.Value)
                    there.Add(numbers[i]);
                else if (DynamoProblems.IsRepeatable(code))
                    again.Add(numbers[i]);
                else
                    throw Refused(insert, code, answer.Responses[i].Error.Message);
            }

            if (there.Count > 0)
                await FindOursAsync(inserts, there, written, cancellationToken);
            numbers = again;
            if (again.Count == 0)
                return;
            if (tables.Time.GetElapsedTime(began) > tables.Options.GiveUpAfter)
                throw DynamoProblems.GivenUp(
                    new TimeoutException("its parts were throttled"), Operation, table, tables.Options.GiveUpAfter);
            DynamoMetrics.CountRetry(Operation, "part");
            await tables.BackOffAsync(tries, cancellationToken);
        }
    }

    private static (string, string, string) KeyOf(Insert insert) => (
        insert.Table, insert.Item.ReadText(Attributes.PartitionKey), insert.Item.ReadText(Attributes.SortKey));

    private static BatchStatementRequest StatementOf(Insert insert)
    {
        var statement = new StringBuilder($"INSERT INTO \"{insert.Table}\" VALUE {{");
        var values = new List<AttributeValue>(insert.Item.Count);
        foreach (var (name, value) in insert.Item)
        {
            statement.Append(values.Count == 0 ? "" : ",").Append('\'').Append(name).Append("':?");
            values.Add(value);
        }

        return new() { Statement = statement.Append('}').ToString(), Parameters = values };
    }

    /// <summary>A record that is there already is ours where only the answer was lost.</summary>
    private async Task FindOursAsync(
        IReadOnlyList<Insert> inserts, IReadOnlyList<int> numbers, bool[] written, CancellationToken cancellationToken)
    {
        var byKey = numbers.ToDictionary(number => KeyOf(inserts[number]));
        var table = inserts[numbers[0]].Table;
        foreach (var item in await reads.GetAsync(
            table, byKey.Keys.Select(key => (key.Item2, key.Item3)), consistent: true, cancellationToken))
        {
            var number = byKey[(table, item.ReadText(Attributes.PartitionKey), item.ReadText(Attributes.SortKey))];
            written[number] = item.ReadTextOrNull(Attributes.Writer) == inserts[number].Item.ReadText(Attributes.Writer);
        }
    }

    /// <summary>For a server that does not say what statements consume, as DynamoDB Local does not.</summary>
    private static void CountUnits(IEnumerable<Insert> inserts)
    {
        foreach (var insert in inserts)
            DynamoMetrics.CountUnits(Operation, insert.Table, ItemSize.WriteUnits(insert.Item));
    }

    private static StoreException Refused(Insert insert, string code, string? message)
    {
        var fault = code switch
        {
            "AccessDenied" or "ResourceNotFound" => StoreFault.NotWritable,
            _ when ItemSize.Of(insert.Item) > ItemSize.Max => StoreFault.TooLarge,
            _ => StoreFault.Failed,
        };
        var advice = code switch
        {
            "AccessDenied" => "; see deploy/iam for what a role needs",
            "ResourceNotFound" => "; 'fleet provision' makes the table",
            _ => "",
        };
        return new StoreException(
            fault, $"DynamoDB refused to write to table {insert.Table}: {code} ({message}){advice}");
    }
}
