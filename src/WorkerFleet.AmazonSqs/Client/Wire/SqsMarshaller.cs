using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>
/// Makes the HTTP request: the AWS JSON protocol, version 1.0, in which only a header names the operation.
/// </summary>
internal sealed class SqsMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public static readonly SqsMarshaller Instance = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var call = (SqsCall)input;
        var request = new DefaultRequest(call, "AmazonSQS")
        {
            HttpMethod = "POST", ResourcePath = "/", Content = call.Payload,
        };
        request.Headers["X-Amz-Target"] = $"AmazonSQS.{call.Operation}";
        request.Headers["Content-Type"] = "application/x-amz-json-1.0";
        // Asks for the code of the older protocol and for whose fault an error is.
        request.Headers["x-amzn-query-mode"] = "true";
        return request;
    }
}
