using System.Text.Json.Nodes;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>Compares what a version wrote with what another one makes of it, and makes the one of the other.</summary>
internal static class JsonForm
{
    /// <returns>The paths of what is lost or changed; what is new does not count.</returns>
    /// <param name="before">As it was recorded.</param>
    /// <param name="after">As it is now.</param>
    /// <param name="kindsOnly">Whether only the fields and the kinds of their values are compared.</param>
    /// <param name="path">Where both are.</param>
    public static IEnumerable<string> Lost(JsonNode? before, JsonNode? after, bool kindsOnly = false, string path = "$") =>
        (before, after) switch
        {
            (JsonObject was, JsonObject now) => was.SelectMany(field => now.ContainsKey(field.Key)
                ? Lost(field.Value, now[field.Key], kindsOnly, $"{path}.{field.Key}")
                : [$"{path}.{field.Key} is gone"]),
            (JsonArray was, JsonArray now) when was.Count == now.Count =>
                was.SelectMany((item, index) => Lost(item, now[index], kindsOnly, $"{path}[{index}]")),
            (JsonValue was, JsonValue now) when kindsOnly && was.GetValueKind() == now.GetValueKind() => [],
            _ when JsonNode.DeepEquals(before, after) => [],
            _ => [$"{path} was {before?.ToJsonString() ?? "null"}, and is {after?.ToJsonString() ?? "null"}"],
        };

    /// <summary>As a version would have written it that knew only the fields of what it recorded.</summary>
    public static JsonNode? AsOlder(JsonNode? now, JsonNode? recorded) => (now, recorded) switch
    {
        (_, JsonObject any) when any.ContainsKey(Specimen.AnyForm) => now?.DeepClone(),
        (JsonObject map, JsonObject was) when IsMap(was) => new JsonObject(map
            .Select(entry => KeyValuePair.Create(entry.Key, AsOlder(entry.Value, was[Specimen.MapKey])))),
        (JsonObject map, JsonObject was) => new JsonObject(map.Where(field => was.ContainsKey(field.Key))
            .Select(field => KeyValuePair.Create(field.Key, AsOlder(field.Value, was[field.Key])))),
        (JsonArray list, JsonArray { Count: > 0 } was) => new JsonArray([.. list.Select(item => AsOlder(item, was[0]))]),
        _ => now?.DeepClone(),
    };

    /// <summary>As a version would write it that has more fields everywhere.</summary>
    public static JsonNode? AsNewer(JsonNode? now, JsonNode? recorded)
    {
        switch (now, recorded)
        {
            case (JsonObject map, JsonObject was) when IsMap(was):
                return new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, AsNewer(entry.Value, was[Specimen.MapKey]))));
            case (JsonObject map, JsonObject was) when !was.ContainsKey(Specimen.AnyForm):
                var newer = new JsonObject(map.Select(field => KeyValuePair.Create(field.Key, AsNewer(field.Value, was[field.Key]))));
                newer["fieldOfTomorrow"] = new JsonObject { ["deep"] = new JsonArray(1, "two", null) };
                return newer;
            case (JsonArray list, JsonArray { Count: > 0 } was):
                return new JsonArray([.. list.Select(item => AsNewer(item, was[0]))]);
            default:
                return now?.DeepClone();
        }
    }

    private static bool IsMap(JsonObject recorded) => recorded.Count == 1 && recorded.ContainsKey(Specimen.MapKey);
}
