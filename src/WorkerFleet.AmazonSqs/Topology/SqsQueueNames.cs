using System.Globalization;
using System.Text.RegularExpressions;
using MassTransit;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>What SQS takes for the name of a queue.</summary>
internal static partial class SqsQueueNames
{
    public const int MaxLength = 80;

    /// <returns>What is wrong with the name; null if nothing is.</returns>
    public static string? ProblemOf(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return "the name of the queue is empty";
        if (name.EndsWith(".fifo", ignoreCase: true, CultureInfo.InvariantCulture))
            return $"'{name}' is a FIFO queue, which this transport does not support; use a standard queue";
        return Allowed().IsMatch(name)
            ? null
            : $"'{name}' is no name for an SQS queue: 1 to {MaxLength} letters, digits, hyphens and underscores";
    }

    /// <exception cref="ConfigurationException">SQS or this transport does not take the name.</exception>
    public static void ThrowIfInvalid(string? name)
    {
        if (ProblemOf(name) is { } problem)
            throw new ConfigurationException($"Amazon SQS: {problem}.");
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,80}$", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}
