using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using WorkerFleet.Api.Contracts;

namespace WorkerFleet.Api.Hosting;

/// <summary>Answers with JSON and its ETag, or with 304 where the caller has it already.</summary>
internal sealed class TaggedJson<T>(T value) : IResult
{
    private const int TagBytes = 16;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, PublicJson.Line);
        var hash = Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, TagBytes));
        var tag = new EntityTagHeaderValue($"\"{hash}\"");
        httpContext.Response.GetTypedHeaders().ETag = tag;
        var known = httpContext.Request.GetTypedHeaders().IfNoneMatch;
        if (known.Any(
            other => other.Equals(EntityTagHeaderValue.Any) || other.Compare(tag, useStrongComparison: false)))
        {
            httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = json.Length;
        await httpContext.Response.Body.WriteAsync(json, httpContext.RequestAborted);
    }
}
