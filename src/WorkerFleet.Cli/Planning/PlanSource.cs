using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Blobs;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Planning;

/// <summary>
/// The source of a plan, which is read more than once. A file is read where it is; what can be read only once,
/// standard input and objects in S3, is copied to the temporary folder first. Disposing deletes the copy.
/// </summary>
internal sealed class PlanSource : IAsyncDisposable
{
    /// <summary>What the blob store has it under.</summary>
    public const string Name = "source";

    private readonly string? _folder;
    private readonly ServiceProvider? _services;

    private PlanSource(Stream content, IBlobStore blobs, string? folder = null, ServiceProvider? services = null) =>
        (Content, Blobs, _folder, _services) = (content, blobs, folder, services);

    /// <summary>For taking it in.</summary>
    public Stream Content { get; }

    public IBlobStore Blobs { get; }

    /// <exception cref="UserErrorException">It cannot be opened.</exception>
    public static async Task<PlanSource> OpenAsync(
        CliContext cli, CommonValues common, string? path, CancellationToken cancellationToken)
    {
        if (path is not null && !S3Address.IsMeant(path))
            return new(Stream.Null, new FileInPlace(path));
        var services = path is null ? null : ServicesOf(cli, common);
        try
        {
            var content = path is null ? cli.OpenInput() : await services!.GetRequiredService<S3Sources>()
                .OpenAsync(S3Address.Parse(path, needsKey: true).Address!, cancellationToken);
            var folder = Directory.CreateTempSubdirectory("fleet-plan-").FullName;
            return new(content, new FileBlobStore(Path.Combine(folder, "blobs")), folder, services);
        }
        catch (S3Exception exception)
        {
            await services!.DisposeAsync();
            throw new UserErrorException(exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
        if (_services is not null)
            await _services.DisposeAsync();
    }

    private static ServiceProvider ServicesOf(CliContext cli, CommonValues common)
    {
        var services = new ServiceCollection();
        services.AddSingleton(cli.Time);
        services.AddS3(StoreChoice.Of(common).Settings.S3);
        return services.BuildServiceProvider();
    }
}
