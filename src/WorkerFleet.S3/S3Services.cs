using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Blobs;
using WorkerFleet.Results;

namespace WorkerFleet.S3;

/// <summary>Registers what is in S3.</summary>
public static class S3Services
{
    /// <summary>Sources and results in S3. Needs a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddS3(this IServiceCollection services, S3Options options)
    {
        services.AddSingleton(_ => new S3Connection(options));
        services.AddSingleton<S3Sources>();
        services.AddSingleton<S3Outputs>();
        services.AddSingleton<IExportLocation, S3ExportLocation>();
        return services;
    }

    /// <summary>Beside <see cref="AddS3"/>: keeps the blobs in a bucket.</summary>
    /// <param name="services">The container.</param>
    /// <param name="bucket">Has to be there (see <see cref="S3Bucket"/>).</param>
    public static IServiceCollection AddS3BlobStore(this IServiceCollection services, string bucket) =>
        services.AddSingleton<IBlobStore>(provider => new S3BlobStore(
            provider.GetRequiredService<S3Connection>(), bucket, provider.GetRequiredService<TimeProvider>()));
}
