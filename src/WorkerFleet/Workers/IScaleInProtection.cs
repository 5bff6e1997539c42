namespace WorkerFleet.Workers;

/// <summary>
/// The platform that this process runs on, asked not to choose it when there are to be fewer: ECS's task scale-in
/// protection.
/// </summary>
public interface IScaleInProtection
{
    /// <summary>
    /// Takes the protection, renews it, or gives it back. Never throws for what the platform says or does.
    /// </summary>
    /// <param name="isProtected">Whether it is to be protected.</param>
    /// <param name="time">For how long, unless it is renewed; 1 minute to 48 hours.</param>
    /// <param name="cancellationToken">Ends the wait; the platform may have done it all the same.</param>
    /// <returns>Why it is not so now, for a person; null when it is.</returns>
    Task<string?> SetAsync(bool isProtected, TimeSpan time, CancellationToken cancellationToken);
}
