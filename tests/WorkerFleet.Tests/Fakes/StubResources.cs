using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Fakes;

internal sealed class StubResources : IResourceMeter
{
    public ResourceReading Reading { get; set; } = new(100, 1_000, TimeSpan.Zero, 2);

    public int Reliefs { get; private set; }

    public ResourceReading Read() => Reading;

    public void Relieve() => Reliefs++;
}
