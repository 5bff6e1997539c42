using HandlebarsDotNet;

namespace WorkerFleet.Mapping.Templates;

/// <summary>A template that has been checked. Safe for concurrent use.</summary>
/// <param name="Render">Renders a context into a writer.</param>
/// <param name="UsesWholeRow">Whether the context has to be the row as one JSON object.</param>
internal sealed record CompiledTemplate(HandlebarsTemplate<TextWriter, object, object> Render, bool UsesWholeRow);
