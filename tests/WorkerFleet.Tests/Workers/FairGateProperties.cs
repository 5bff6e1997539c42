using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Batches;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class FairGateProperties
{
    private enum Act
    {
        Enter,
        Leave,
        GiveUp,
        ResizeAll,
        ResizeKey,
        ResizeSecond,
    }

    private static readonly Gen<(Act Act, int A, int B, int C)> Steps =
        from act in Gen.Frequency(
            (6, Gen.Constant(Act.Enter)), (4, Gen.Constant(Act.Leave)), (1, Gen.Constant(Act.GiveUp)),
            (1, Gen.Elements(Act.ResizeAll, Act.ResizeKey, Act.ResizeSecond)))
        from a in Gen.Choose(0, 1_000)
        from b in Gen.Choose(0, 2)
        from c in Gen.Choose(0, 5)
        select (act, a, b, c);

    /// <summary>Nobody is let in beyond a limit, and nobody waits who could be let in.</summary>
    [Fact]
    public void AnySteps_KeepEveryLimitAndLeaveNoRoomUnused() => Prop.ForAll(
        Steps.ListOf().ToArbitrary(), steps =>
        {
            var (total, gate) = (3, new FairGate(3));
            var keys = Enumerable.Range(0, 3).Select(_ => new GateKey(2)).ToArray();
            var seconds = Enumerable.Range(0, 2).Select(_ => new GateKey(2)).ToArray();
            var visits = new List<Visit>();
            foreach (var (act, a, b, c) in steps)
            {
                var before = visits.Where(visit => visit.IsIn).ToHashSet();
                switch (act)
                {
                    case Act.Enter:
                        var stop = new CancellationTokenSource();
                        var second = a % 3 < 2 ? seconds[a % 3] : null;
                        visits.Add(new(keys[b], second, stop,
                            gate.EnterAsync(keys[b], (BatchPriority)(c % 3), second, stop.Token).AsTask()));
                        break;
                    case Act.Leave when before.Count > 0:
                        var leaving = before.ElementAt(a % before.Count);
                        visits.Remove(leaving);
                        before.Remove(leaving);
                        leaving.Entering.Result.Dispose();
                        break;
                    case Act.GiveUp when visits.Find(visit => !visit.IsIn) is { } waiting:
                        waiting.Stop.Cancel();
                        visits.Remove(waiting);
                        break;
                    case Act.ResizeAll:
                        gate.Resize(total = c);
                        break;
                    case Act.ResizeKey:
                        gate.Resize(keys[b], c);
                        break;
                    case Act.ResizeSecond:
                        gate.Resize(seconds[b % 2], c);
                        break;
                    default:
                        break;
                }

                SpinWait.SpinUntil(() => visits.Count(visit => visit.IsIn) == gate.InUse, TimeSpan.FromSeconds(60));
                Assert.Equal(gate.InUse, visits.Count(visit => visit.IsIn));
                foreach (var entered in visits.Where(visit => visit.IsIn && !before.Contains(visit)))
                    Assert.True(gate.InUse <= total && Keeps(entered.Key) && (entered.Second is null || Keeps(entered.Second)));
                foreach (var waiting in visits.Where(visit => !visit.IsIn))
                    Assert.True(gate.InUse >= total || IsFull(waiting.Key) || (waiting.Second is not null && IsFull(waiting.Second)));
            }

            bool Keeps(GateKey key) => gate.Read(key) is var use && use.InUse <= use.Capacity;
            bool IsFull(GateKey key) => gate.Read(key) is var use && use.InUse >= use.Capacity;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private sealed record Visit(GateKey Key, GateKey? Second, CancellationTokenSource Stop, Task<Place> Entering)
    {
        public bool IsIn => Entering.IsCompletedSuccessfully;
    }
}
