namespace WorkerFleet.AgentCore.Authorization;

/// <summary>There is nothing to authorize a call with, at the moment at least.</summary>
/// <param name="message">One line: what was tried, what came of it and what to do. Holds no secret.</param>
/// <param name="inner">What went wrong.</param>
internal sealed class CredentialException(string message, Exception? inner = null) : Exception(message, inner);
