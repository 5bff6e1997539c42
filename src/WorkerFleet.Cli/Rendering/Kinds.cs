using System.Text.Json;
using WorkerFleet.Items;

namespace WorkerFleet.Cli.Rendering;

internal static class Kinds
{
    /// <summary>As results and JSON call it: <c>invalid_input</c>.</summary>
    public static string NameOf(FailureKind kind) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
