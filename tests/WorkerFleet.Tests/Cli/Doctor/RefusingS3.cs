using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.S3;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>A client that fails each request in the same way.</summary>
internal sealed class RefusingS3(Exception failure) : AmazonS3Client(
    new BasicAWSCredentials("test", "test"), new AmazonS3Config { ServiceURL = "http://127.0.0.1:1" })
{
    public static S3Connection With(string code, HttpStatusCode status, string message = "on purpose") =>
        With(new AmazonS3Exception(message) { ErrorCode = code, StatusCode = status });

    public static S3Connection With(Exception failure) => new(new RefusingS3(failure));

    public override Task<ListObjectsV2Response> ListObjectsV2Async(
        ListObjectsV2Request request, CancellationToken cancellationToken = default) => throw failure;

    public override Task<PutObjectResponse> PutObjectAsync(
        PutObjectRequest request, CancellationToken cancellationToken = default) => throw failure;

    public override Task<DeleteObjectResponse> DeleteObjectAsync(
        string bucketName, string key, CancellationToken cancellationToken = default) => throw failure;
}
