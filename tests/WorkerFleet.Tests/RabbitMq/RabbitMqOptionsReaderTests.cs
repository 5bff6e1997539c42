using Microsoft.Extensions.Configuration;
using WorkerFleet.RabbitMq;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.RabbitMq;

public sealed class RabbitMqOptionsReaderTests
{
    private const string Secret = "s3cret-Pa55";

    [Fact]
    public void Read_AddressAlone_HasTheDefaultsOfTheBroker()
    {
        var options = ReadGood(("Fleet:Broker", "amqp://rabbit"));

        Assert.Equal([new BrokerHost("rabbit", 5672)], options.Hosts);
        Assert.Equal(
            ("/", "guest", "guest", "fleet-"),
            (options.VirtualHost, options.Username, options.Password, options.Prefix));
        Assert.Null(options.Tls);
        Assert.Equal("amqp://rabbit:5672", options.Display);
    }

    [Theory]
    [InlineData("amqp://rabbit/", "/")]
    [InlineData("amqp://rabbit/fleet", "fleet")]
    [InlineData("amqp://rabbit/%2F", "/")]
    [InlineData("amqp://rabbit/a%2Fb%20c", "a/b c")]
    public void Read_Path_IsTheVirtualHost(string address, string expected) =>
        Assert.Equal(expected, ReadGood(("Fleet:Broker", address)).VirtualHost);

    [Fact]
    public void Read_EverythingGiven_IsTaken()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["ca.pem"], "");
        File.WriteAllText(folder["client.p12"], "");

        var options = ReadGood(
            ("Fleet:Broker", "amqps://me:p%40ss%3Aword@one/fleet"),
            ("Fleet:RabbitMq:Hosts", "two, three:5999,[::1]:5998"),
            ("Fleet:RabbitMq:Prefix", "a_b.c-"),
            ("Fleet:RabbitMq:Tls:ServerName", "broker.example"),
            ("Fleet:RabbitMq:Tls:CaFile", folder["ca.pem"]),
            ("Fleet:RabbitMq:Tls:CertificateFile", folder["client.p12"]),
            ("Fleet:RabbitMq:Tls:CertificatePassword", Secret));

        Assert.Equal(
            [new("one", 5671), new("two", 5671), new("three", 5999), new("[::1]", 5998)], options.Hosts);
        Assert.Equal(("me", "p@ss:word", "a_b.c-"), (options.Username, options.Password, options.Prefix));
        Assert.Equal(
            new RabbitMqTls("broker.example", folder["ca.pem"], folder["client.p12"], Secret), options.Tls);
        Assert.Equal("amqps://one:5671,two:5671,three:5999,[::1]:5998/fleet", options.Display);
    }

    [Fact]
    public void Read_HostsAsAList_AreTaken() => Assert.Equal(
        [new BrokerHost("one", 5673), new("two", 5673)],
        ReadGood(("Fleet:Broker", "amqp://one:5673"), ("Fleet:RabbitMq:Hosts:0", "two")).Hosts);

    [Fact]
    public void Read_CredentialsApart_GoBeforeThoseOfTheAddress()
    {
        var options = ReadGood(
            ("Fleet:Broker", "amqp://me:other@rabbit"), ("Fleet:RabbitMq:Username", "you"),
            ("Fleet:RabbitMq:Password", Secret));

        Assert.Equal(("you", Secret), (options.Username, options.Password));
    }

    [Theory]
    [InlineData("Fleet:Broker", "rabbit:5672")]
    [InlineData("Fleet:Broker", $"http://me:{Secret}@rabbit")]
    [InlineData("Fleet:Broker", $"me:{Secret}@rabbit")]
    [InlineData("Fleet:Broker", $"amqp://me:{Secret}@rabbit:99999")]
    [InlineData("Fleet:Broker", $"amqp://me:{Secret}@rabbit/?heartbeat=5")]
    [InlineData("Fleet:Broker", $"amqp://me:{Secret}@rabbit/#fleet")]
    [InlineData("Fleet:RabbitMq:Hosts", "two,,three")]
    [InlineData("Fleet:RabbitMq:Hosts", "two/fleet")]
    [InlineData("Fleet:RabbitMq:Hosts", "two:port")]
    [InlineData("Fleet:RabbitMq:Prefix", "with space")]
    [InlineData("Fleet:RabbitMq:Prefix", "a12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("Fleet:RabbitMq:Passwort", Secret)]
    [InlineData("Fleet:RabbitMq:Tls:CaFile", "/etc/ca.pem")]
    public void Read_SomethingWrong_NamesItsKeyAndNoPassword(string key, string value)
    {
        var problem = Assert.Single(ReadBad(
            ("Fleet:Broker", $"amqp://me:{Secret}@rabbit"), ("Fleet:RabbitMq:Password", Secret), (key, value)));

        Assert.StartsWith(key.StartsWith("Fleet:RabbitMq:Tls", StringComparison.Ordinal) ? "Fleet:RabbitMq:Tls" : key, problem);
        Assert.DoesNotContain(Secret, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HostsWithCredentials_AreRefusedWithoutShowingThePassword()
    {
        var problem = Assert.Single(ReadBad(
            ("Fleet:Broker", "amqp://rabbit"), ("Fleet:RabbitMq:Hosts", $"me:{Secret}@two")));

        Assert.StartsWith("Fleet:RabbitMq:Hosts", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FilesThatAreNotThere_AreAllNamed()
    {
        var problems = ReadBad(
            ("Fleet:Broker", $"amqps://me:{Secret}@rabbit"),
            ("Fleet:RabbitMq:Tls:CaFile", "/nowhere/ca.pem"),
            ("Fleet:RabbitMq:Tls:CertificateFile", "/nowhere/client.p12"),
            ("Fleet:RabbitMq:Tls:CertificatePassword", Secret),
            ("Fleet:RabbitMq:Tls:Key", Secret));

        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, problem => problem.Contains("/nowhere/ca.pem", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("/nowhere/client.p12", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_AsText_NeverShowAPassword()
    {
        var options = new RabbitMqOptions
        {
            Hosts = [new("rabbit", 5671)], Username = "me", Password = Secret,
            Tls = new(CertificateFile: "client.p12", CertificatePassword: Secret),
        };

        foreach (var text in (string[])[$"{options}", options.Display, $"{options.Tls}", $"{options with { Prefix = "x" }}"])
        {
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.NotEmpty(text);
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData("amqp://rabbit", true)]
    public void IsConfigured_BrokerKey_Decides(string? address, bool expected) =>
        Assert.Equal(expected, RabbitMqOptionsReader.IsConfigured(Configuration([("Fleet:Broker", address)])));

    private static RabbitMqOptions ReadGood(params (string Key, string? Value)[] settings)
    {
        var problems = new List<string>();
        var options = RabbitMqOptionsReader.Read(Configuration(settings), problems);
        Assert.Empty(problems);
        return options!;
    }

    private static List<string> ReadBad(params (string Key, string? Value)[] settings)
    {
        var problems = new List<string>();
        Assert.Null(RabbitMqOptionsReader.Read(Configuration(settings), problems));
        return problems;
    }

    private static IConfigurationRoot Configuration((string Key, string? Value)[] settings)
    {
        var values = new Dictionary<string, string?>();
        foreach (var (key, value) in settings)
            values[key] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }
}
