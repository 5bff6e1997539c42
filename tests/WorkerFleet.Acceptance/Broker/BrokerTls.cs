using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>A port on which the broker speaks TLS, as <c>localhost</c>, by a certificate of an authority of its own.</summary>
internal sealed class BrokerTls
{
    private readonly string _folder;

    private BrokerTls(string folder) => _folder = folder;

    public int Port { get; } = LoopbackPorts.Free();

    /// <summary>The authority, as PEM.</summary>
    public string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>What makes a server of it, as lines of <c>rabbitmq.conf</c>.</summary>
    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"""
        listeners.ssl.local = 127.0.0.1:{Port}
        ssl_options.cacertfile = {CaFile}
        ssl_options.certfile = {CertificateFile}
        ssl_options.keyfile = {KeyFile}
        ssl_options.verify = verify_none
        """);

    private string CertificateFile => Path.Combine(_folder, "server.pem");

    private string KeyFile => Path.Combine(_folder, "server.key");

    public static BrokerTls Create(string folder)
    {
        var tls = new BrokerTls(folder);
        using var authorityKey = RSA.Create(2048);
        var authority = RequestFor("CN=tests authority", authorityKey, isAuthority: true);
        var (from, to) = (DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var issuer = authority.CreateSelfSigned(from, to);
        using var serverKey = RSA.Create(2048);
        var server = RequestFor("CN=localhost", serverKey, isAuthority: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(tls.CaFile, issuer.ExportCertificatePem());
        File.WriteAllText(tls.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(tls.KeyFile, serverKey.ExportPkcs8PrivateKeyPem());
        return tls;
    }

    /// <summary>The address, for user guest.</summary>
    /// <param name="host">As which the server is addressed; its certificate is for localhost alone.</param>
    public Uri UriAs(string host) => new(string.Create(CultureInfo.InvariantCulture, $"amqps://guest:guest@{host}:{Port}/"));

    private static CertificateRequest RequestFor(string name, RSA key, bool isAuthority)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        return request;
    }
}
