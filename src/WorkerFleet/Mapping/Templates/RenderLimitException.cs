namespace WorkerFleet.Mapping.Templates;

/// <summary>A template renders more than a row's input may have.</summary>
internal sealed class RenderLimitException() : Exception("The rendered text is too long.");
