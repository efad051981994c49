using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.City.Processes;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Ldap;

/// <summary>Whoever can answer on a directory's port may spoil that directory, and nothing else.</summary>
public sealed class HostileServerTests(TwoServers town) : IClassFixture<TwoServers>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_certificate_that_cannot_be_read_is_an_outage_with_its_cause_on_every_thread()
    {
        using var certificate = WithNamesThatAreNone();
        await using var server = new Scripted(async (stream, cancel) =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancel);
        });
        using var service = Service(server, LdapSecurity.Ldaps, town.First.CaFile);
        // The first by a call, what follows by trials.
        for (var i = 0; i < 3; i++)
        {
            var fault = await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => service.AskAsync(client => Task.FromResult(client.Server), CancellationToken.None));
            Assert.Equal(Outage.Untrusted, fault.Outage);
            Assert.Contains("its certificate cannot be read", fault.Message, StringComparison.Ordinal);
        }
        Assert.Equal(BreakerPhase.Open, service.States[0].Breaker.Phase);
    }

    [Fact]
    public async Task Pages_without_end_end_and_leave_the_connections_to_others()
    {
        var asked = 0;
        await using var server = new Scripted((stream, cancel) => AnswerAsync(stream, () => Interlocked.Increment(ref asked), cancel));
        using var service = Service(server, LdapSecurity.None, null);
        Assert.Empty((await service.AskAsync(client => client.SearchAsync("", LdapScope.Entry, "(objectClass=*)", 1), CancellationToken.None)).Entries);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Assert.ThrowsAsync<DirectoryOutOfReachException>(() =>
            service.AskAsync(client => client.PagesAsync("dc=x", "(a=b)", 100).CountAsync().AsTask(), CancellationToken.None))));
        var before = Volatile.Read(ref asked);
        Assert.Empty((await service.AskAsync(client => client.SearchAsync("", LdapScope.Entry, "(objectClass=*)", 1), CancellationToken.None)).Entries);
        Assert.InRange(Volatile.Read(ref asked) - before, 1, 10);
    }

    [Fact]
    public async Task A_wrong_password_of_the_brokers_own_account_is_not_tried_again_and_again()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "not it");
        var options = new LdapServiceOptions
        {
            Id = town.Id,
            Servers = [new LdapServer(new Uri(town.First.LdapsUri), LdapSecurity.Ldaps, town.First.CaFile)],
            BindDn = town.Slapd.BrokerDn,
            BindPasswordFile = file,
            Deadline = TimeSpan.FromSeconds(3),
        };
        using var service = new LdapService(options, new LdapLog(NullLogger<LdapLog>.Instance), TimeProvider.System);
        town.First.ClearRequests();
        for (var i = 0; i < 12; i++)
            Assert.Equal(Outage.OwnAccount, (await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => service.AskAsync(client => Task.FromResult(client.Server), CancellationToken.None))).Outage);
        // Two of the first caller at most, one of the trial.
        Assert.InRange(town.First.BindsOf(town.Slapd.BrokerDn), 1, 3);
        await File.WriteAllTextAsync(file, await File.ReadAllTextAsync(town.Slapd.BrokerPasswordFile));
        await Eventually.HoldsAsync("the corrected password is taken up", Patience, () => service.States[0].Breaker.Phase == BreakerPhase.Closed);
        File.Delete(file);
    }

    private static LdapService Service(Scripted server, LdapSecurity security, string? ca) => new(
        new LdapServiceOptions
        {
            Id = "hostile",
            Servers = [new LdapServer(new Uri($"{(security == LdapSecurity.Ldaps ? "ldaps" : "ldap")}://127.0.0.1:{server.Port}"), security, ca)],
            Deadline = TimeSpan.FromSeconds(2),
        },
        new LdapLog(NullLogger<LdapLog>.Instance), TimeProvider.System);

    private static X509Certificate2 WithNamesThatAreNone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        const string alternativeNames = "2.5.29.17";
        request.CertificateExtensions.Add(new X509Extension(alternativeNames, [0x30, 0x03, 0x82, 0x7f, 0x41], critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    // To every search: no entry, and the same cookie for one page more.
    private static async Task AnswerAsync(NetworkStream stream, Action asked, CancellationToken cancel)
    {
        while (true)
        {
            var head = new byte[2];
            await stream.ReadExactlyAsync(head, cancel);
            var length = (int)head[1];
            if (length > 127)
            {
                var long_ = new byte[length & 127];
                await stream.ReadExactlyAsync(long_, cancel);
                length = long_.Aggregate(0, (sum, octet) => (sum << 8) | octet);
            }
            var body = new byte[length];
            await stream.ReadExactlyAsync(body, cancel);
            var id = body.AsSpan(2, body[1]).ToArray();
            const byte searchRequest = 0x63;
            if (body[2 + id.Length] != searchRequest) continue;
            asked();
            byte[] oid = Encoding.ASCII.GetBytes("1.2.840.113556.1.4.319"), page = [0x30, 6, 2, 1, 0, 4, 1, (byte)'x'];
            byte[] control = [0x30, (byte)(4 + oid.Length + page.Length), 4, (byte)oid.Length, .. oid, 4, (byte)page.Length, .. page];
            byte[] message = [2, (byte)id.Length, .. id, 0x65, 7, 0x0a, 1, 0, 4, 0, 4, 0, 0xa0, (byte)control.Length, .. control];
            await stream.WriteAsync((byte[])[0x30, (byte)message.Length, .. message], cancel);
        }
    }

    private sealed class Scripted : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _serving;

        public Scripted(Func<NetworkStream, CancellationToken, Task> serve)
        {
            _listener.Start();
            _serving = ServeAsync(serve);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Stop();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }

        private async Task ServeAsync(Func<NetworkStream, CancellationToken, Task> serve)
        {
            var served = new List<Task>();
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync(_end.Token);
                    served.Add(OneAsync(client));
                }
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(served);
            }

            async Task OneAsync(TcpClient client)
            {
                try
                {
                    using (client) await serve(client.GetStream(), _end.Token);
                }
                catch (Exception gone) when (gone is IOException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
                {
                    // the broker went away
                }
            }
        }
    }
}
