using System.Text.RegularExpressions;
using Amazon.CDK;
using Amazon.CDK.AWS.ECR;
using Amazon.CDK.AWS.Ecr.Assets;
using Amazon.CDK.AWS.ECS;
using Constructs;

namespace WorkerFleet.Ecs;

/// <summary>The image that the tasks run.</summary>
internal static partial class FleetImage
{
    public static ContainerImage Of(Construct scope, FleetSettings settings)
    {
        if (settings.Image is not { } image)
            return ContainerImage.FromAsset(
                Path.GetFullPath(Path.Combine("..", "..")),
                // Without the mode, .dockerignore would be read as another kind of file, and keep the sources out.
                new AssetImageProps { Platform = Platform_.LINUX_ARM64, IgnoreMode = IgnoreMode.DOCKER });
        // The task's execution role is to be allowed to pull it, which it needs no right for elsewhere.
        if (PrivateRegistry().Match(image) is not { Success: true } match)
            return ContainerImage.FromRegistry(image);
        var (region, account) = (match.Groups["region"].Value, match.Groups["account"].Value);
        var name = match.Groups["name"].Value;
        var repository = Repository.FromRepositoryAttributes(scope, "Image", new RepositoryAttributes
        {
            RepositoryArn = $"arn:aws:ecr:{region}:{account}:repository/{name}", RepositoryName = name,
        });
        return ContainerImage.FromEcrRepository(repository, match.Groups["version"].Value);
    }

    [GeneratedRegex(@"\A(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com/"
        + @"(?<name>[^:@]+)[:@](?<version>.+)\z")]
    private static partial Regex PrivateRegistry();
}
