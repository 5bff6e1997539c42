using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore.LocalAgent;

/// <summary>
/// Decides which invocations fail, by seed, session and number of the try, so that a session that is tried again
/// gets through in the end, and does so in the same way in every run.
/// </summary>
internal sealed class FlakyOutcomes(int seed, double failureRate)
{
    /// <summary>Failed sessions that are remembered until they are tried again; those beyond do not fail.</summary>
    private const int MaxSessions = 100_000;

    private static readonly int[] Statuses = [429, 500, 503];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _failures = [];

    /// <summary>The status to answer with: 200, or one that may be tried again.</summary>
    public int Next(string session)
    {
        // Each attempt of an item is a session of its own.
        if (ItemSession.Parse(session) is { } attempt)
            session = ItemSession.IdFor(attempt.BatchId, attempt.Index);
        lock (_gate)
        {
            var tries = _failures.GetValueOrDefault(session);
            var hash = Hash(session, tries);
            var isFull = tries == 0 && _failures.Count >= MaxSessions;
            if (isFull || (hash >> 11) * (1.0 / (1UL << 53)) >= failureRate)
            {
                _failures.Remove(session);
                return 200;
            }
            _failures[session] = tries + 1;
            return Statuses[hash % (ulong)Statuses.Length];
        }
    }

    private ulong Hash(string session, int tries) => BinaryPrimitives.ReadUInt64LittleEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{tries}/{session}")));
}
