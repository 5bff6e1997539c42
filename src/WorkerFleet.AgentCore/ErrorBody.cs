using System.Text;
using System.Text.Json;

namespace WorkerFleet.AgentCore;

/// <summary>What an answer with an error status says of itself.</summary>
/// <param name="Type">Name of the error as AWS gives it, such as ThrottlingException; null when it does not.</param>
/// <param name="Detail">For a person; empty when there is nothing to show. May hold anything: not one line yet.</param>
internal sealed record ErrorBody(string? Type, string Detail)
{
    /// <summary>Read of a body, in bytes: what agents answer an error with can be a whole page.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>How long the body may take to arrive.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    private static readonly string[] MessageNames = ["error", "message", "Message", "detail", "title"];

    /// <summary>Shown of a body that is text without structure, in characters.</summary>
    private const int MaxPlainText = 300;

    public static async Task<ErrorBody> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var type = response.Headers.TryGetValues(AgentHeaders.ErrorType, out var values)
            ? NameIn(values.First())
            : null;
        var body = await ReadBytesAsync(response.Content, cancellationToken);
        var mediaType = response.Content.Headers.ContentType?.MediaType ?? "";
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return new ErrorBody(
                type ?? NameIn(Text(root, "__type") ?? ""),
                Secrets.Hide(DetailOf(root) ?? "", response.RequestMessage));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Nobody reads a page of HTML in a line; what it says is in the status.
            if (mediaType.Contains("html", StringComparison.OrdinalIgnoreCase))
                return new ErrorBody(type, "");
            var text = Secrets.Hide(Encoding.UTF8.GetString(body).Trim(), response.RequestMessage);
            return new ErrorBody(type, text.Length > MaxPlainText ? text[..MaxPlainText] + "…" : text);
        }
    }

    /// <summary>The status counts; a body that breaks off, or takes its time, is not worth losing it for.</summary>
    private static async Task<byte[]> ReadBytesAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(MaxTime);
        try
        {
            return await BoundedBody.ReadStartAsync(content, MaxBytes, limit.Token);
        }
        catch (Exception exception) when (
            exception is IOException or HttpRequestException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>The first of the names under which agents, frameworks and AWS put the message.</summary>
    public static string? DetailOf(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.String)
            return root.GetString();
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        if (root.TryGetProperty("error"u8, out var error) && error.ValueKind == JsonValueKind.Object
            && DetailOf(error) is { } nested)
            return nested;
        var parts = MessageNames
            .Select(name => Text(root, name))
            .Where(part => !string.IsNullOrWhiteSpace(part))
            .Distinct()
            .Take(2)
            .ToArray();
        return parts.Length > 0 ? string.Join(": ", parts) : null;
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary><c>com.amazon#ThrottlingException:http://…</c> names a ThrottlingException.</summary>
    private static string? NameIn(string type)
    {
        var name = type.Split(':')[0];
        name = name[(name.LastIndexOf('#') + 1)..].Trim();
        return name.Length > 0 ? name : null;
    }
}
