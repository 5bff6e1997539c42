namespace WorkerFleet.Api.Problems;

/// <summary>The kinds of problems by their status.</summary>
internal static class ProblemKinds
{
    private static readonly Dictionary<int, (string Type, string Title, string Detail)> Kinds = new()
    {
        [400] = (ProblemTypes.BadRequest, "The request cannot be understood", "The request is not as the route "
            + "takes it"),
        [401] = (ProblemTypes.Unauthorized, "A valid key is needed", "Send a key: Authorization: Bearer KEY"),
        [403] = (ProblemTypes.Forbidden, "The key may not do this", "Use a key that has the scope of this route"),
        [404] = (ProblemTypes.NotFound, "There is no such thing", "There is no such route; /openapi/v1.json "
            + "lists them"),
        [405] = (ProblemTypes.MethodNotAllowed, "The route has no such method", "The header Allow names those it has"),
        [409] = (ProblemTypes.Conflict, "Not in the state it is in", "Look at the state it is in"),
        [413] = (ProblemTypes.TooLarge, "The body is too large", "Send less"),
        [415] = (ProblemTypes.UnsupportedMedia, "The body is of the wrong kind", "Send the content type that the "
            + "route takes"),
        [422] = (ProblemTypes.KeyReused, "The idempotency key was used for another request", "Use another key"),
        [429] = (ProblemTypes.TooMany, "Too many requests", "Wait as long as Retry-After says"),
        [500] = (ProblemTypes.Fault, "The server failed", "Its log says why; if it goes on, tell whoever runs it"),
        [503] = (ProblemTypes.Unavailable, "The store cannot be used now", "Try again in a moment; the server's "
            + "log says why"),
    };

    /// <param name="status">Of HTTP; one without a kind of its own gets that of its class.</param>
    /// <param name="detail">Null for the kind's own.</param>
    /// <param name="errors">Null where there is nothing but the detail.</param>
    public static ProblemJson Of(int status, string? detail = null, IReadOnlyList<string>? errors = null)
    {
        var (type, title, ownDetail) = Kinds.GetValueOrDefault(status, Kinds[status < 500 ? 400 : 500]);
        return new(type, title, status, detail ?? ownDetail, errors);
    }
}
