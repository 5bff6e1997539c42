namespace WorkerFleet.Deployment;

public sealed class ImageTests
{
    [Fact]
    public void Image_Runs_AsAUserWithoutRights() =>
        Assert.Contains("USER $APP_UID", File.ReadAllLines(Repository.PathOf("Dockerfile")));
}
