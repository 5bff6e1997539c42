using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.Api.Access;

/// <summary>
/// What was changed, and by whom: one line of the log for each control action and each change of a key, whatever came
/// of it.
/// </summary>
/// <remarks>
/// Written as information in a category of its own, which the host lets through at every log level: whoever asks for
/// less noise does not ask to lose the record.
/// </remarks>
public sealed partial class AuditLog(ILoggerFactory loggers)
{
    public const string Category = "WorkerFleet.Audit";

    /// <summary>Longer names of things are cut: they come from callers.</summary>
    private const int MaxLength = 200;

    private const string Everybody = "(all)";
    private const string NoKey = "(none)";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <summary>Writes what a request did.</summary>
    /// <param name="http">The request, which tells who and from where.</param>
    /// <param name="action">Verb and thing, such as <c>batch.pause</c>.</param>
    /// <param name="target">Id of the batch, key or group.</param>
    /// <param name="outcome">What came of it, such as <c>done</c>, <c>refused</c> or <c>not-found</c>.</param>
    public void Write(HttpContext http, string action, string target, string outcome)
    {
        var caller = ApiCaller.Of(http.User);
        WriteEntry(
            action, Cut(target), Cut(outcome), caller.Name, caller.KeyId ?? NoKey, caller.Owner ?? Everybody,
            http.Connection.RemoteIpAddress?.ToString() ?? "");
    }

    /// <summary>Writes what a command in a terminal did.</summary>
    /// <param name="user">Who gave it: the user of the operating system.</param>
    /// <param name="action">Verb and thing, such as <c>key.revoke</c>.</param>
    /// <param name="target">Id of the key.</param>
    /// <param name="outcome">What came of it.</param>
    public void WriteCommand(string user, string action, string target, string outcome) =>
        WriteEntry(action, Cut(target), Cut(outcome), user, NoKey, Everybody, "terminal");

    private static string Cut(string text) => text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";

    // The format 'l' has Serilog write texts without quotes.
    [LoggerMessage(9000, LogLevel.Information,
        "audit: {Action:l} {Target:l}: {Outcome:l}; by {Caller:l}, key {KeyId:l}, owner {Owner:l}, " +
        "from {RemoteAddress:l}")]
    private partial void WriteEntry(
        string action, string target, string outcome, string caller, string keyId, string owner, string remoteAddress);
}
