using WorkerFleet.S3;

namespace WorkerFleet.Tests.S3;

public sealed class S3AddressTests
{
    [Theory]
    [InlineData("s3://bucket/key", "bucket", "key", "key")]
    [InlineData("s3://my.bucket-1/a/b c/rows.csv", "my.bucket-1", "a/b c/rows.csv", "rows.csv")]
    [InlineData("S3://bucket/key", "bucket", "key", "key")]
    public void Parse_Object_IsTakenApart(string text, string bucket, string key, string name)
    {
        var (address, problem) = S3Address.Parse(text, needsKey: true);

        Assert.Null(problem);
        Assert.Equal((bucket, key, name), (address!.Bucket, address.Key, address.Name));
    }

    [Theory]
    [InlineData("s3://bucket", "s3://bucket", "s3://bucket/a")]
    [InlineData("s3://bucket/", "s3://bucket", "s3://bucket/a")]
    [InlineData("s3://bucket/results/x/", "s3://bucket/results/x", "s3://bucket/results/x/a")]
    public void Parse_Prefix_NeedsNoKeyAndNoSlash(string text, string whole, string below)
    {
        var address = S3Address.Parse(text, needsKey: false).Address!;

        Assert.Equal(whole, address.ToString());
        Assert.Equal(below, address.Append("a").ToString());
    }

    [Theory]
    [InlineData("s3://", "names no bucket")]
    [InlineData("s3:///key", "names no bucket")]
    [InlineData("s3://Bucket/key", "'Bucket' is no name of a bucket")]
    [InlineData("s3://my_bucket/key", "'my_bucket' is no name of a bucket")]
    [InlineData("s3://ab/key", "'ab' is no name of a bucket")]
    [InlineData("s3://-abc/key", "is no name of a bucket")]
    [InlineData("s3://a..b/key", "is no name of a bucket")]
    [InlineData("s3://bucket", "names a bucket alone")]
    [InlineData("s3://bucket/", "names a bucket alone")]
    [InlineData("s3://bucket/folder/", "ends in a slash")]
    public void Parse_NoObject_SaysWhy(string text, string expected)
    {
        var (address, problem) = S3Address.Parse(text, needsKey: true);

        Assert.Null(address);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_KeyTooLong_SaysSo() => Assert.Contains(
        "1,024 bytes", S3Address.Parse($"s3://bucket/{new string('ü', 513)}", needsKey: true).Problem, StringComparison.Ordinal);
}
