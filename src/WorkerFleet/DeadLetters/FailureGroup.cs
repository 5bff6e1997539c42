using System.Security.Cryptography;
using System.Text;
using WorkerFleet.Items;

namespace WorkerFleet.DeadLetters;

/// <summary>Names the cause of a failure, so that a thousand failures of one cause are one line.</summary>
public static class FailureGroup
{
    /// <summary>
    /// Ten hex digits that failures of one cause share: same kind, same status code, and the same message once what
    /// differs from row to row (numbers, ids, quoted text) is left out.
    /// </summary>
    public static string IdOf(ItemFailure failure)
    {
        var cause = $"{failure.Kind}|{failure.StatusCode}|{CauseText.Of(failure.Message)}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cause)).AsSpan(0, 5));
    }
}
