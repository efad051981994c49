using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>The misbehaving directory misbehaves as it is told, and serves otherwise.</summary>
public sealed class RoughServerTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    // How long is waited for what must not come.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    // Anonymous bind and its answer, as sent.
    private static readonly byte[] Bind = [0x30, 0x0c, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00, 0x80, 0x00];
    private static readonly byte[] Welcome = [0x30, 0x0c, 0x02, 0x01, 0x01, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00];

    private RoughPlace _place = null!;

    private RoughServer Rough => _place.Rough;

    public async Task InitializeAsync() => _place = await RoughPlace.StartAsync();

    public async Task DisposeAsync() => await _place.DisposeAsync();

    [Fact]
    public async Task It_serves_over_TLS_and_StartTLS_and_counts()
    {
        foreach (var uri in (string[])[Rough.LdapsUri, Rough.LdapUri])
        {
            var answer = await _place.WhoAsync(uri);
            Assert.Equal((0, $"dn:{_place.Amelie.Dn}\n", ""), (answer.Status, answer.Output, string.Join('\n', Rough.Ends)));
        }
        Assert.Equal(0, (await _place.SearchAsync(Rough.LdapsUri, _place.Slapd.People.PeopleBase, "(uid=*)")).Status);
        Assert.Equal((3, 3, 1, 1), (Rough.Connections, Rough.Count(RequestKinds.Bind), Rough.Count(RequestKinds.Search), Rough.Count(RequestKinds.StartTls)));
        Assert.Equal(2, Rough.BindsOf(_place.Amelie.Dn));
        await Eventually.HoldsAsync("connections ended", Soon, () => Rough.Open == 0);
        Assert.Equal(49, (await _place.WhoAsync(Rough.LdapsUri, _place.Amelie.Dn, "wrong")).Status);
    }

    [Theory]
    [InlineData(ConnectionManner.Refuse)]
    [InlineData(ConnectionManner.ResetAfterAccept)]
    [InlineData(ConnectionManner.GarbageBeforeTls)]
    [InlineData(ConnectionManner.CertificateOfAnotherCa)]
    [InlineData(ConnectionManner.CertificateForAnotherName)]
    [InlineData(ConnectionManner.CertificateExpired)]
    [InlineData(ConnectionManner.CertificateNotYetValid)]
    [InlineData(ConnectionManner.CertificateSelfSigned)]
    public async Task A_bad_connection_carries_no_bind_and_a_good_one_may_follow(ConnectionManner manner)
    {
        await Rough.ConnectionsAsync(manner);
        var answers = await Task.WhenAll(_place.WhoAsync(Rough.LdapsUri), _place.WhoAsync(Rough.LdapUri));
        Assert.DoesNotContain(answers, answer => answer.Status == 0);
        Assert.Equal(0, Rough.Count(RequestKinds.Bind));
        await Rough.ConnectionsAsync(ConnectionManner.Serve);
        Assert.Equal(0, (await _place.WhoAsync(Rough.LdapsUri)).Status);
    }

    [Fact]
    public async Task Manners_for_the_next_few_pass()
    {
        Rough.NextConnections(1, ConnectionManner.ResetAfterAccept);
        Assert.NotEqual(0, (await _place.WhoAsync(Rough.LdapsUri)).Status);
        Assert.Equal(0, (await _place.WhoAsync(Rough.LdapsUri)).Status);
        Rough.NextAnswers(1, AnswerManner.With(LdapCode.Busy, RequestKinds.Bind));
        Assert.Equal((int)LdapCode.Busy, (await _place.WhoAsync(Rough.LdapsUri)).Status);
        Assert.Equal(0, (await _place.WhoAsync(Rough.LdapsUri)).Status);
        Assert.Throws<ArgumentException>(() => Rough.NextConnections(1, ConnectionManner.Refuse));
    }

    [Theory]
    [InlineData(LdapCode.Busy)]
    [InlineData(LdapCode.Unavailable)]
    [InlineData(LdapCode.UnwillingToPerform)]
    [InlineData(LdapCode.Other)]
    [InlineData(LdapCode.AdminLimitExceeded)]
    [InlineData(LdapCode.SizeLimitExceeded)]
    [InlineData(LdapCode.Referral)]
    [InlineData(LdapCode.OperationsError)]
    public async Task A_code_is_given_instead_of_the_real_answer(LdapCode code)
    {
        Rough.Answers(AnswerManner.With(code, RequestKinds.Search));
        Assert.Equal((int)code, (await _place.SearchAsync(Rough.LdapsUri, _place.Slapd.People.PeopleBase, "(uid=*)", "-o", "referrals=no")).Status);
        Assert.Equal(0, (await _place.WhoAsync(Rough.LdapsUri)).Status);
        Rough.Answers(AnswerManner.With(code, RequestKinds.StartTls));
        Assert.NotEqual(0, (await _place.WhoAsync(Rough.LdapUri)).Status);
    }

    [Fact]
    public async Task One_person_is_refused_as_another_make_of_directory_would_refuse_them()
    {
        Rough.Answers(AnswerManner.ActiveDirectory(0x533) with { Dn = _place.Amelie.Dn });
        var disabled = await _place.WhoAsync(Rough.LdapsUri);
        Assert.Equal(49, disabled.Status);
        Assert.Contains("AcceptSecurityContext error, data 533, v4563", disabled.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _place.SearchAsync(Rough.LdapsUri, _place.Slapd.People.PeopleBase, "(uid=*)")).Status);
        Rough.Answers(AnswerManner.With(LdapCode.InvalidCredentials, RequestKinds.Bind) with { PolicyControl = [0x30, 0x03, 0x81, 0x01, 0x01] });
        Assert.Contains("Account locked", (await _place.WhoAsync(Rough.LdapsUri)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConnectionManner.HangAfterAccept, 0)]
    [InlineData(ConnectionManner.HangInHandshake, 35)]
    public async Task A_hanging_server_takes_the_connection_and_says_too_little(ConnectionManner manner, int bytes)
    {
        await Rough.ConnectionsAsync(manner);
        using var client = new TcpClient();
        await client.ConnectAsync(new Uri(Rough.LdapsUri).Host, new Uri(Rough.LdapsUri).Port);
        await client.GetStream().WriteAsync((byte[])[0x16, 3, 1, 0, 4, 1, 0, 0, 0]);
        var said = new byte[100];
        await client.GetStream().ReadExactlyAsync(said.AsMemory(0, bytes));
        using var limit = new CancellationTokenSource(Moment);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetStream().ReadAsync(said, limit.Token).AsTask());
        Assert.Equal(1, Rough.Open);
    }

    [Theory]
    [InlineData(AnswerFault.Silent, "", null)]
    [InlineData(AnswerFault.ResetBefore, "", true)]
    [InlineData(AnswerFault.ResetAfterDone, "", true)]
    [InlineData(AnswerFault.Half, "300c0201016107", null)]
    [InlineData(AnswerFault.Garbage, "485454502f312e3120", null)]
    [InlineData(AnswerFault.WrongId, "300d020203e961070a010004000400", null)]
    [InlineData(AnswerFault.Huge, "308411e1a3000204000000016484", null)]
    [InlineData(AnswerFault.Notice, "302902010078240a0134", false)]
    public async Task A_faulty_answer_is_as_it_is_told(AnswerFault fault, string begins, bool? endsByReset)
    {
        using var client = await ConnectAsync();
        Rough.NextAnswers(1, new AnswerManner(fault) { Only = RequestKinds.Bind });
        await client.WriteAsync(Bind);
        var said = new byte[70_000];
        var (length, due) = (0, fault == AnswerFault.Half ? Welcome.Length / 2 : begins.Length / 2);
        var end = await Record.ExceptionAsync(async () =>
        {
            for (var read = -1; read != 0; length += read)
            {
                // What must come has its time; that nothing more comes is seen after a moment.
                using var limit = new CancellationTokenSource(length >= due && endsByReset is null ? Moment : Soon);
                read = await client.ReadAsync(said.AsMemory(length), limit.Token);
            }
        });
        Assert.StartsWith(begins, Convert.ToHexStringLower(said.AsSpan(0, length)), StringComparison.Ordinal);
        if (fault == AnswerFault.Half) Assert.Equal(Welcome.Length / 2, length);
        switch (endsByReset)
        {
            case null: Assert.IsAssignableFrom<OperationCanceledException>(end); break;
            case true: Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(end!.InnerException).SocketErrorCode); break;
            case false: Assert.Null(end); break;
        }
        Assert.Equal(0, (await _place.WhoAsync(Rough.LdapsUri)).Status);
    }

    [Fact]
    public async Task A_read_only_directory_changes_no_password_and_one_that_loses_the_answer_does()
    {
        Rough.Answers(AnswerManner.ReadOnly);
        Assert.NotEqual(0, (await ChangeAsync("a-new-password")).Status);
        Assert.Equal(0, (await _place.WhoAsync(Rough.LdapsUri)).Status);
        Rough.Answers(new AnswerManner(AnswerFault.ResetAfterDone) { Only = RequestKinds.PasswordChange });
        Assert.NotEqual(0, (await ChangeAsync("a-new-password")).Status);
        Assert.Equal(0, (await _place.WhoAsync(Rough.LdapsUri, _place.Amelie.Dn, "a-new-password")).Status);

        Task<ToolAnswer> ChangeAsync(string to) => _place.AskAsync("ldappasswd", Rough.LdapsUri, _place.Amelie.Dn, _place.Amelie.Password, "-a", _place.Amelie.Password, "-s", to);
    }

    [Fact]
    public async Task An_answer_by_the_drop_comes_in_the_end()
    {
        using var client = await ConnectAsync();
        Rough.NextAnswers(1, new AnswerManner(AnswerFault.Drip));
        await client.WriteAsync(Bind);
        var first = new byte[64];
        Assert.Equal(1, await client.ReadAsync(first));
        await client.ReadExactlyAsync(first.AsMemory(1, Welcome.Length - 1));
        Assert.Equal(Welcome, first[..Welcome.Length]);
    }

    [Fact]
    public async Task Idle_connections_are_dropped_by_FIN()
    {
        using var client = await ConnectAsync();
        await AskAsync(client);
        // It has answered; that it waits for the next question, it may learn a moment later.
        await Eventually.HoldsAsync("idle, and dropped", TimeSpan.FromSeconds(10), () => Rough.DropIdle() == 1);
        Assert.Equal(0, await client.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Lost_connections_stay_open_and_answer_nothing_while_new_ones_are_served()
    {
        using var client = await ConnectAsync();
        await AskAsync(client);
        Assert.Equal(1, Rough.BlackholeOpen());
        await client.WriteAsync(Bind);
        var answer = client.ReadAsync(new byte[64]).AsTask();
        await Eventually.HoldsAsync("the request is read", Soon, () => Rough.Count(RequestKinds.Bind) == 2);
        using var next = await ConnectAsync();
        await AskAsync(next);
        Assert.False(answer.IsCompleted);
        Assert.Equal(2, Rough.ResetOpen());
        var reset = await Assert.ThrowsAsync<IOException>(() => answer);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.InnerException).SocketErrorCode);
    }

    private async Task<SslStream> ConnectAsync()
    {
        var uri = new Uri(Rough.LdapsUri);
        var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port);
        var stream = new SslStream(client.GetStream());
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Rough.CaFile));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = uri.Host, CertificateChainPolicy = trust });
        return stream;
    }

    private static async Task AskAsync(SslStream client)
    {
        await client.WriteAsync(Bind);
        var answer = new byte[Welcome.Length];
        await client.ReadExactlyAsync(answer);
        Assert.Equal(Welcome, answer);
    }
}
