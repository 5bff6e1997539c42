using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using WorkerFleet.Items;

namespace WorkerFleet.DeadLetters;

/// <summary>Names the cause of a failure, so that a thousand failures of one cause are one line.</summary>
public static partial class FailureGroup
{
    /// <summary>The first characters of a message that decide its group.</summary>
    private const int SignificantLength = 160;

    /// <summary>
    /// Ten hex digits that failures of one cause share: same kind, same status code, and the same message once what
    /// differs from row to row (numbers, ids, quoted text) is left out.
    /// </summary>
    public static string IdOf(ItemFailure failure)
    {
        var message = failure.Message.Length > SignificantLength
            ? failure.Message[..SignificantLength]
            : failure.Message;
        var cause = $"{failure.Kind}|{failure.StatusCode}|{Varying().Replace(message, "#")}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cause)).AsSpan(0, 5));
    }

    [GeneratedRegex("""
        "[^"]*"|'[^']*'|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\b[0-9a-fA-F]{12,}\b|\d+
        """, RegexOptions.CultureInvariant)]
    private static partial Regex Varying();
}
