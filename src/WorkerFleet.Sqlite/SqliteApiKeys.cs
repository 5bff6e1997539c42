using System.Text.Json;
using WorkerFleet.Access;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>
/// Keys of the HTTP API in the embedded store. The time of revocation is a column, so that revoking is one write.
/// </summary>
internal sealed class SqliteApiKeys(SqliteDatabase database) : IApiKeys
{
    private const string Insert = """
        INSERT INTO api_keys (id, record, revoked_ticks) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING
        """;

    private const string SelectAll = "SELECT record, revoked_ticks FROM api_keys ORDER BY id";
    private const string SelectOne = "SELECT record, revoked_ticks FROM api_keys WHERE id = ?1";
    private const string Delete = "DELETE FROM api_keys WHERE id = ?1";
    private const string Revoke = "UPDATE api_keys SET revoked_ticks = coalesce(revoked_ticks, ?2) WHERE id = ?1";

    public async Task<bool> AddAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(key with { RevokedAt = null }, FleetJson.Options);
        var added = false;
        await database.WriteAsync(
            transaction => added = transaction.Prepare(Insert)
                .Bind(1, key.Id).BindText(2, json).Bind(3, key.RevokedAt?.UtcTicks)
                .Execute() > 0,
            cancellationToken,
            json.Length);
        return added;
    }

    public async Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await ReadAsync(SelectOne, id, cancellationToken)).SingleOrDefault();

    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        ReadAsync(SelectAll, null, cancellationToken);

    public async Task<bool> RevokeAsync(string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var found = false;
        await database.WriteAsync(
            transaction => found = transaction.Prepare(Revoke).Bind(1, id).Bind(2, at.UtcTicks).Execute() > 0,
            cancellationToken);
        return found;
    }

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.Prepare(Delete).Bind(1, id).Execute(), cancellationToken);

    private async Task<IReadOnlyList<ApiKey>> ReadAsync(string sql, string? id, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            connection =>
            {
                var keys = new List<ApiKey>();
                var select = connection.Prepare(sql);
                if (id is not null)
                    select.Bind(1, id);
                while (select.Step())
                    keys.Add(JsonSerializer.Deserialize<ApiKey>(select.Bytes(0), FleetJson.Options)! with
                    {
                        RevokedAt = select.InstantOrNull(1),
                    });
                return keys;
            },
            cancellationToken);
}
