using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MassTransit;
using RabbitMQ.Client;

namespace WorkerFleet.RabbitMq;

/// <summary>Makes connections as the options say: MassTransit's and our own.</summary>
internal static class BrokerConnections
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public static Task<IConnection> OpenAsync(
        RabbitMqOptions options, string name, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            VirtualHost = options.VirtualHost,
            UserName = options.Username,
            Password = options.Password,
            RequestedHeartbeat = Heartbeat,
            // A new connection is made where one is lost, with what has to be declared on it.
            AutomaticRecoveryEnabled = false,
        };
        return factory.CreateConnectionAsync(
            options.Hosts.Select(host => new AmqpTcpEndpoint(host.Name, host.Port, TlsOf(options, host))),
            name, cancellationToken);
    }

    public static void Configure(IRabbitMqBusFactoryConfigurator bus, RabbitMqOptions options, string name)
    {
        var first = options.Hosts[0];
        bus.Host(first.Name, (ushort)first.Port, options.VirtualHost, name, host =>
        {
            host.Username(options.Username);
            host.Password(options.Password);
            host.Heartbeat(Heartbeat);
            host.PublisherConfirmation = true;
            if (options.Hosts.Count > 1)
                host.UseCluster(cluster =>
                {
                    foreach (var node in options.Hosts)
                        cluster.Node(node.ToString());
                });
            if (options.Tls is { } tls)
                host.UseSsl(ssl =>
                {
                    var settings = TlsOf(options, first);
                    ssl.Protocol = settings.Version;
                    ssl.ServerName = settings.ServerName;
                    ssl.EnforcePolicyErrors(SslPolicyErrors.RemoteCertificateNameMismatch
                        | SslPolicyErrors.RemoteCertificateChainErrors
                        | SslPolicyErrors.RemoteCertificateNotAvailable);
                    ssl.CertificateValidationCallback = settings.CertificateValidationCallback;
                    ssl.CertificatePath = tls.CertificateFile;
                    ssl.CertificatePassphrase = tls.CertificatePassword;
                });
        });
    }

    private static SslOption TlsOf(RabbitMqOptions options, BrokerHost host)
    {
        if (options.Tls is not { } tls)
            return new SslOption { Enabled = false };
        return new SslOption
        {
            Enabled = true,
            ServerName = tls.ServerName ?? host.Name,
            // The system chooses: the newest that both sides have.
            Version = System.Security.Authentication.SslProtocols.None,
            CertPath = tls.CertificateFile ?? "",
            CertPassphrase = tls.CertificatePassword ?? "",
            CertificateValidationCallback = tls.CaFile is { } file ? TrustOnly(file) : null,
        };
    }

    /// <summary>Trusts these authorities and no others; the name still has to be right.</summary>
    private static RemoteCertificateValidationCallback TrustOnly(string caFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(caFile);
        return (_, certificate, _, errors) =>
        {
            if (certificate is not X509Certificate2 server
                || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
                return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(server);
        };
    }
}
