using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Submission;

/// <summary>What a request submits.</summary>
/// <param name="Fields">The options.</param>
/// <param name="Name">File name, or address, of the source.</param>
/// <param name="Upload">The source while it is uploaded; null where it is named.</param>
internal sealed record Submitted(SubmissionFields Fields, string Name, UploadedSource? Upload);

/// <summary>Reads the body of a submission: a form whose last part is the source, or JSON that names it.</summary>
internal sealed class SubmissionReader(IBatchRequests requests, ApiOptions options)
{
    /// <summary>Largest option, in bytes; a template is one.</summary>
    private const int MaxFieldBytes = 1024 * 1024;

    /// <summary>All that is around the source.</summary>
    private const int MaxFormBytes = 8 * 1024 * 1024;

    private const int MaxBoundary = 200;
    private const int MaxName = 200;

    /// <exception cref="ProblemException">It is neither, or there is no source.</exception>
    public async Task<Submitted> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return http.Request.HasJsonContentType()
                ? await ReadJsonAsync(http, cancellationToken)
                : throw ProblemException.UnsupportedMedia(
                    "The body has to be a form with the file, multipart/form-data, or JSON that names the "
                        + "source, application/json");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = options.MaxUploadBytes + MaxFormBytes;
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (boundary is not { Length: > 0 and <= MaxBoundary })
            throw ProblemException.BadRequest("the form has no boundary in its Content-Type; let your HTTP "
                + "client write that header");
        return await ReadFormAsync(new MultipartReader(boundary, http.Request.Body), cancellationToken);
    }

    private async Task<Submitted> ReadFormAsync(MultipartReader form, CancellationToken cancellationToken)
    {
        var fields = new SubmissionFields(requests);
        try
        {
            while (await form.ReadNextSectionAsync(cancellationToken) is { } part)
            {
                if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
                    || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
                    throw ProblemException.BadRequest("a part of the form has no name");
                if (name.Equals(SubmissionFields.Source, StringComparison.OrdinalIgnoreCase))
                    return new(fields, NameOf(disposition), new(part.Body, form, options.MaxUploadBytes));
                fields.Add(name, await ReadFieldAsync(part, name, cancellationToken));
            }
        }
        catch (InvalidDataException exception)
        {
            throw ProblemException.BadRequest($"the form is broken: {exception.Message}");
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw ProblemException.BadRequest("the form ends too early");
        }

        throw ProblemException.BadRequest(
            [$"{SubmissionFields.Source}: is missing; send the file as the last part of the form", .. fields.Problems]);
    }

    private async Task<Submitted> ReadJsonAsync(HttpContext http, CancellationToken cancellationToken)
    {
        // A template may be larger than other bodies.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = 2 * MaxFieldBytes;
        var body = await JsonBody.ReadAsync<SubmitJson>(http, cancellationToken);
        var fields = new SubmissionFields(requests);
        foreach (var (name, value) in body.Options ?? new Dictionary<string, System.Text.Json.JsonElement>())
            fields.Add(name, value);
        return string.IsNullOrWhiteSpace(body.Source)
            ? throw ProblemException.BadRequest(
                [$"{SubmissionFields.Source}: is missing; name a file below a configured root, or upload "
                    + "one", .. fields.Problems])
            : new(fields, body.Source, null);
    }

    private static async Task<string> ReadFieldAsync(
        MultipartSection part, string name, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = await part.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (text.Length + count > MaxFieldBytes)
                throw ProblemException.TooLarge($"{name}: is larger than {MaxFieldBytes / 1024} KiB");
            text.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>The name alone: browsers of old sent whole paths.</summary>
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var written = HeaderUtilities.RemoveQuotes(
            disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value ?? "";
        var name = new string([.. written[(written.LastIndexOfAny(['/', '\\']) + 1)..].Where(c => !char.IsControl(c))]);
        return name.Length == 0 ? "upload" : name.Length <= MaxName ? name : name[^MaxName..];
    }
}
