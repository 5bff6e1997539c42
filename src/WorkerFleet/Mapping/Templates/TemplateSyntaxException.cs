namespace WorkerFleet.Mapping.Templates;

/// <summary>A template that cannot be used.</summary>
/// <param name="position">Character of the template, from 0.</param>
/// <param name="message">What is wrong and what to do, without the place.</param>
internal sealed class TemplateSyntaxException(int position, string message) : Exception(message)
{
    public int Position { get; } = position;
}
