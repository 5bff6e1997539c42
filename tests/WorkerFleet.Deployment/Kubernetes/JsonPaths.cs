using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>Looks into documents by a path, such as <c>spec/template/spec/containers/0</c>.</summary>
internal static class JsonPaths
{
    extension(JsonObject document)
    {
        public string? Name => document.Text("metadata/name");

        /// <summary>Kind and name, for messages.</summary>
        public string Title => $"{document.Text("kind")} {document.Name}";

        public JsonObject Pod => (JsonObject)document.At("spec/template/spec")!;
    }

    extension(JsonNode? node)
    {
        public JsonNode? At(string path) => path.Split('/').Aggregate(node, (parent, name) => parent switch
        {
            JsonObject map => map[name],
            JsonArray list when int.TryParse(name, CultureInfo.InvariantCulture, out var index) && index < list.Count => list[index],
            _ => null,
        });

        public string? Text(string path) => node.At(path) is JsonValue value ? value.ToString() : null;

        public int? Number(string path) =>
            int.TryParse(node.Text(path), CultureInfo.InvariantCulture, out var number) ? number : null;

        public bool IsTrue(string path) => node.At(path) is JsonValue value && value.TryGetValue(out bool set) && set;

        public IEnumerable<JsonObject> All(string path) => (node.At(path) as JsonArray ?? []).OfType<JsonObject>();

        public IEnumerable<string> Texts(string path) => (node.At(path) as JsonArray ?? []).Select(item => item!.ToString());
    }
}
