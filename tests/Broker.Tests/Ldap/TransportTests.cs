using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Ldap;

/// <summary>How a server is reached and trusted: LDAPS, StartTLS, client certificates, certificates that change.</summary>
public sealed class TransportTests(TwoServers town) : IClassFixture<TwoServers>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_ways_of_TLS_serve(bool startTls)
    {
        var (service, _) = town.Service(startTls: startTls);
        using var ended = service;
        Assert.Equal(0, (await service.BindAsync(town.Amelie.Dn, town.Amelie.Password, CancellationToken.None)).Code);
        Assert.Equal(49, (await service.BindAsync(town.Amelie.Dn, "wrong", CancellationToken.None)).Code);
    }

    [Fact]
    public async Task A_signal_that_reaches_the_waiting_thread_is_no_broken_connection()
    {
        using var client = new LdapClient(new LdapServer(new Uri(town.Slapd.LdapsUri), LdapSecurity.Ldaps, town.Slapd.CaFile), TimeSpan.FromSeconds(30));
        Assert.Equal(0, client.Bind(town.Amelie.Dn, town.Amelie.Password).Code);
        var asking = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await town.Slapd.FreezeAsync();
        var answer = Task.Factory.StartNew(
            () =>
            {
                asking.SetResult(Signal.ThisThread);
                return client.Search("", LdapScope.Entry, "(objectClass=*)", 1, "1.1");
            }, TaskCreationOptions.LongRunning);
        var thread = await asking.Task;
        try
        {
            var before = Sleeps(thread);
            await Eventually.HoldsAsync("the thread has been woken and waits again", Deadline, () =>
            {
                Signal.SendToThread(thread, Signal.ChildEnded);
                return answer.IsCompleted || Sleeps(thread) > before + 20;
            });
        }
        finally
        {
            town.Slapd.Thaw();
        }
        Assert.Single((await answer).Entries);
    }

    private static int Sleeps(int thread) => int.Parse(
        File.ReadLines($"/proc/self/task/{thread}/status").Single(line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal)).Split(':')[1],
        System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Without_TLS_a_server_that_asks_for_it_takes_no_password()
    {
        using var client = new LdapClient(new LdapServer(new Uri(town.Slapd.LdapUri), LdapSecurity.None, null), Deadline);
        const int confidentialityRequired = 13;
        Assert.Equal(confidentialityRequired, client.Bind(town.Amelie.Dn, town.Amelie.Password).Code);
    }

    [Theory]
    [InlineData(ConnectionManner.CertificateOfAnotherCa)]
    [InlineData(ConnectionManner.CertificateForAnotherName)]
    [InlineData(ConnectionManner.CertificateExpired)]
    public async Task StartTLS_trusts_no_stranger_and_sends_nothing(ConnectionManner manner)
    {
        using var client = new LdapClient(new LdapServer(new Uri(town.Second.LdapUri), LdapSecurity.StartTls, town.Second.CaFile), Deadline);
        town.Second.ClearRequests();
        await town.Second.ConnectionsAsync(manner);
        try
        {
            Assert.Equal(Outage.Untrusted, Assert.Throws<DirectoryOutOfReachException>(() => client.Bind(town.Amelie.Dn, town.Amelie.Password)).Outage);
            Assert.Equal(0, town.Second.Count(RequestKinds.Bind));
            // Broken for good: never again without TLS.
            Assert.Throws<DirectoryOutOfReachException>(() => client.Bind(town.Amelie.Dn, town.Amelie.Password));
            Assert.Equal(0, town.Second.Count(RequestKinds.Bind));
        }
        finally
        {
            await town.Second.ConnectionsAsync(ConnectionManner.Serve);
        }
    }

    [Fact]
    public async Task A_changed_certificate_is_reported_as_what_it_is()
    {
        var (service, log) = town.Service(both: false);
        using var ended = service;
        await service.AskAsync(client => client.Server, CancellationToken.None);
        await town.First.ConnectionsAsync(ConnectionManner.CertificateOfAnotherCa);
        try
        {
            town.First.ResetOpen();
            var fault = await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => service.AskAsync(client => client.Search("", LdapScope.Entry, "(objectClass=*)", 1), CancellationToken.None));
            Assert.Equal(Outage.Untrusted, fault.Outage);
            Assert.Matches(@"certificate of 127\.0\.0\.42 changed: it is now SHA-256 [0-9A-F]{16}… until .*, signed by '.*'; before it was SHA-256 .*; its certificate is not signed by", fault.Message);
            Assert.Contains(log, line => line.StartsWith("600 ", StringComparison.Ordinal) && line.Contains("certificate of 127.0.0.42 changed", StringComparison.Ordinal));
        }
        finally
        {
            await town.First.ConnectionsAsync(ConnectionManner.Serve);
        }
    }

    [Fact]
    public async Task A_server_that_asks_for_a_certificate_gets_the_one_of_its_directory()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-client-").FullName;
        using var authority = DirectoryAuthority.Make(Path.Combine(folder, "ca"));
        await using var slapd = await Slapd.StartAsync(new SlapdPlan(Path.Combine(folder, "slapd"), "127.0.0.44", Townspeople.Make(tenants: ["drancy"]), authority.IssueServer(Path.Combine(folder, "tls"), "127.0.0.44"))
        {
            DemandClientCertificate = true,
        });
        var own = authority.IssueClient(Path.Combine(folder, "own"), "broker");
        foreach (var (uri, security) in ((string, LdapSecurity)[])[(slapd.LdapsUri, LdapSecurity.Ldaps), (slapd.LdapUri, LdapSecurity.StartTls)])
        {
            var server = new LdapServer(new Uri(uri), security, slapd.CaFile);
            using (var without = new LdapClient(server, Deadline)) Assert.Throws<DirectoryOutOfReachException>(() => without.Bind(slapd.People.Amelie.Dn, slapd.People.Amelie.Password));
            using var with = new LdapClient(server with { CertificateFile = own.Certificate, KeyFile = own.Key }, Deadline);
            Assert.Equal(0, with.Bind(slapd.People.Amelie.Dn, slapd.People.Amelie.Password).Code);
        }
        using var absent = new LdapClient(new LdapServer(new Uri(slapd.LdapsUri), LdapSecurity.Ldaps, slapd.CaFile, "/nowhere/own.crt", "/nowhere/own.key"), Deadline);
        Assert.Contains("the client certificate /nowhere/own.crt cannot be read", Assert.Throws<DirectoryOutOfReachException>(() => absent.Bind("cn=x", "y")).Message, StringComparison.Ordinal);
        await slapd.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Answers_come_whole_in_pages_and_no_further_than_asked()
    {
        using var client = new LdapClient(new LdapServer(new Uri(town.Slapd.LdapsUri), LdapSecurity.Ldaps, Path.Combine(Path.GetDirectoryName(town.Slapd.CaFile)!, "ca.crt")), Deadline);
        Assert.Equal(0, client.Bind(town.Slapd.BrokerDn, File.ReadAllText(town.Slapd.BrokerPasswordFile).Trim()).Code);
        var all = town.Slapd.People.Everybody.Count;
        var pages = client.SearchPages(town.Slapd.People.PeopleBase, "(objectClass=inetOrgPerson)", 7, "uid", "cn").ToList();
        Assert.Equal(all, pages.Sum(page => page.Length));
        Assert.All(pages[..^1], page => Assert.Equal(7, page.Length));
        Assert.Equal(all, pages.SelectMany(page => page).Select(entry => entry.Text("UID")).Distinct().Count());
        var some = client.Search(town.Slapd.People.PeopleBase, LdapScope.Branch, "(objectClass=inetOrgPerson)", 3, "uid");
        Assert.Equal((3, true), (some.Entries.Length, some.More));
        var one = Assert.Single(client.Search(town.Amelie.Dn, LdapScope.Entry, "(objectClass=*)", 0).Entries);
        Assert.Equal(town.Amelie.DisplayName, one.Text("displayName"));
        Assert.Empty(one.Octets("userPassword"));
        Assert.Throws<ArgumentException>(() => client.Bind(town.Amelie.Dn, ""));
        Assert.Throws<ArgumentException>(() => client.Bind(town.Amelie.Dn, "\0x"));
    }

    [Fact]
    public async Task A_thousand_calls_and_cut_connections_leave_no_thread_and_no_connection_behind()
    {
        var (service, _) = town.Service();
        await service.AskAsync(client => client.Server, CancellationToken.None);
        Assert.True(Threads($"ldap {town.Id}") > 0);
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => service.BindAsync(town.Amelie.Dn, town.Amelie.Password, CancellationToken.None)));
            town.First.ResetOpen();
        }
        service.Dispose();
        await Eventually.HoldsAsync("threads ended, connections closed", TimeSpan.FromSeconds(20), () => Threads($"ldap {town.Id}") == 0 && town.First.Open + town.Second.Open == 0);
    }

    private static int Threads(string name) => System.IO.Directory.EnumerateFiles("/proc/self/task", "comm", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true })
        .Count(file => Read(file).StartsWith(name, StringComparison.Ordinal));

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException)
        {
            return "";
        }
    }
}
