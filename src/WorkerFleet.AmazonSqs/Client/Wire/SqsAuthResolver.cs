using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>Every request is signed with Signature Version 4.</summary>
internal sealed class SqsAuthResolver : BaseAuthResolverHandler
{
    private static readonly List<IAuthSchemeOption> Options = [new AuthSchemeOption { SchemeId = "aws.auth#sigv4" }];

    protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => Options;
}
