namespace WorkerFleet.Mapping.Templates;

/// <summary>A row lacks a value that a template needs. Thrown through the engine, which has no other way to stop.</summary>
internal sealed class MissingValueException(string path) : Exception($"The row has no '{path}'.")
{
    public string Path { get; } = path;
}
