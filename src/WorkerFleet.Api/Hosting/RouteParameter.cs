namespace WorkerFleet.Api.Hosting;

/// <summary>A key that the query of a route may have.</summary>
/// <param name="Name">Of the key.</param>
/// <param name="Description">What it does, with its range and default.</param>
internal sealed record RouteParameter(string Name, string Description)
{
    public static RouteParameter Cursor { get; } = new("cursor", "next_cursor of the page before. Default: the "
        + "first page.");

    public static RouteParameter Limit(int usual, int most) =>
        new("limit", $"At most so many, 1 to {most}. Default: {usual}.");
}

/// <summary>All keys that the query of a route may have: metadata of its endpoint.</summary>
internal sealed record RouteQuery(IReadOnlyList<RouteParameter> Parameters)
{
    public static RouteQuery None { get; } = new([]);
}
