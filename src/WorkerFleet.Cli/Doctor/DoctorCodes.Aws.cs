namespace WorkerFleet.Cli.Doctor;

/// <content>What can be wrong in AWS, or on the way there.</content>
internal static partial class DoctorCodes
{
    public static readonly DoctorCode AwsCredentials = Failed(
        "aws.credentials",
        "Neither environment, profile, container nor instance has credentials",
        "Run with a role; or sign in with `aws sso login` and set `AWS_PROFILE`");

    public static readonly DoctorCode AwsExpired = Failed(
        "aws.expired",
        "The sign-in, or the session of an assumed role, is over",
        "Sign in again: `aws sso login`; or set new `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`");

    public static readonly DoctorCode AwsRefused = Failed(
        "aws.refused",
        "The access key was deleted, key and secret do not belong together, or they are of another partition",
        "Make a new key, or set the right profile: `AWS_PROFILE`");

    public static readonly DoctorCode AwsRegion = Failed(
        "aws.region",
        "No region is configured, or what is looked for is in another",
        "Set `Fleet:Aws:Region`, or `AWS_REGION`");

    public static readonly DoctorCode AwsUnreachable = Failed(
        "aws.unreachable",
        "The network is down, a private subnet has neither NAT nor VPC endpoint, or an endpoint's address is wrong",
        "See `AWS_ENDPOINT_URL` and `Fleet:Aws:…:Endpoint`, and the subnet's routes and endpoints");

    public static readonly DoctorCode AwsFailed = Failed(
        "aws.failed",
        "AWS answers with an error of another kind",
        "See the finding, and AWS's health dashboard");

    public static readonly DoctorCode TablesMissing = Failed(
        "tables.missing",
        "The tables were never made, were deleted, or are in another region or account, or have other names",
        "`fleet provision`; or set `Fleet:Aws:RunsTable`, `Fleet:Aws:JournalTable` and the region");

    public static readonly DoctorCode TablesIndex = Failed(
        "tables.index",
        "The table was made by hand, or by an older version; without the index retries, or events of agents, are not found",
        "`fleet provision` makes it");

    public static readonly DoctorCode TablesKey = Failed(
        "tables.key",
        "The table, or an index of it, was made for something else; that cannot be changed",
        "Name another table in `Fleet:Aws:RunsTable` or `Fleet:Aws:JournalTable`, and `fleet provision`");

    public static readonly DoctorCode TablesExpiry = Failed(
        "tables.expiry",
        "Time to live is off, so that records pile up and are paid for",
        "`fleet provision` switches it on");

    public static readonly DoctorCode TablesDenied = Failed(
        "tables.denied",
        "The role may not look at the tables (dynamodb:DescribeTable, dynamodb:DescribeTimeToLive)",
        "Attach the statement `Doctor` of `deploy/iam/submitter.json` to the role");

    public static readonly DoctorCode BucketMissing = Failed(
        "bucket.missing",
        "The bucket was never made, was deleted, or has another name",
        "`fleet provision`; or set `Fleet:Aws:Bucket`, or `S3_BUCKET`");

    public static readonly DoctorCode BucketDenied = Failed(
        "bucket.denied",
        "The role may not list the fleet's objects (s3:ListBucket on `blobs/`), or the bucket is somebody else's",
        "Attach the statements `Blobs…` of `deploy/iam/submitter.json` to the role");

    public static readonly DoctorCode PermissionsDenied = Failed(
        "permissions.denied",
        "The role's policy lacks the action, or a policy of the organisation, the bucket or a VPC endpoint denies it",
        "Attach the role's policy of `deploy/iam`, with your names of tables and bucket in it");

    public static readonly DoctorCode PermissionsKms = Failed(
        "permissions.kms",
        "The table, the bucket or the queue is encrypted with a key of your own, which the role may not use",
        "Give the role `kms:Decrypt` and `kms:GenerateDataKey` on that key");
}
