using WorkerFleet.Storage;

namespace WorkerFleet.Api.Live;

/// <summary>How often the one reader of what somebody watches looks, and how long it goes on.</summary>
/// <param name="Look">Between two looks while things change.</param>
/// <param name="QuietLook">Between two looks once nothing has changed for a while.</param>
/// <param name="LongestLook">Between two looks that take long.</param>
/// <param name="Linger">Goes on so long without a watcher, so that one who lost the connection misses nothing.</param>
/// <param name="History">Samples are kept so long, to catch up and for charts.</param>
internal sealed record LivePace(
    TimeSpan Look, TimeSpan QuietLook, TimeSpan LongestLook, TimeSpan Linger, TimeSpan History)
{
    /// <summary>Looking takes at most one part in so many of the time, short of <see cref="LongestLook"/>.</summary>
    public const int WaitPerCost = 20;

    /// <summary>Most samples that are kept of one batch: two a second for ten minutes.</summary>
    public const int MaxSamples = 1_200;

    private static readonly TimeSpan HalfASecond = TimeSpan.FromMilliseconds(500);

    /// <summary>Twice a second, or as often as the store is to be asked.</summary>
    public static LivePace Of(StorePace store)
    {
        var look = store.Look > HalfASecond ? store.Look : HalfASecond;
        return new(look, 2 * look, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(10));
    }

    /// <param name="cost">How long the last look took.</param>
    /// <param name="isQuiet">Whether nothing has changed for a while.</param>
    public TimeSpan WaitAfter(TimeSpan cost, bool isQuiet)
    {
        var least = isQuiet ? QuietLook : Look;
        var wait = cost * (WaitPerCost - 1);
        return wait < least ? least : wait > LongestLook ? LongestLook : wait;
    }
}
