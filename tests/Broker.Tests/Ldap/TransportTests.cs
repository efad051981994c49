using System.Globalization;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Ldap;

/// <summary>How a server is reached and trusted: LDAPS, StartTLS, client certificates, certificates that change.</summary>
public sealed class TransportTests(TwoServers town) : IClassFixture<TwoServers>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

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
    public async Task A_signal_that_reaches_the_opening_thread_is_no_broken_connection()
    {
        using var client = new LdapClient(new LdapServer(new Uri(town.Slapd.LdapUri), LdapSecurity.StartTls, town.Slapd.CaFile), TimeSpan.FromSeconds(30));
        await town.Slapd.FreezeAsync();
        Task<LdapFound> answer;
        try
        {
            // Other tests may be connecting too.
            var others = Opening().ToHashSet();
            answer = client.SearchAsync("", LdapScope.Entry, "(objectClass=*)", 1, "1.1");
            var before = new Dictionary<int, int>();
            await Eventually.HoldsAsync("the thread has been woken and waits again", Deadline, () =>
            {
                var mine = Opening().Except(others).ToArray();
                foreach (var thread in mine)
                {
                    before.TryAdd(thread, Sleeps(thread));
                    Signal.SendToThread(thread, Signal.ChildEnded);
                }
                return answer.IsCompleted || (mine.Length > 0 && mine.All(thread => Sleeps(thread) > before[thread] + 20));
            });
        }
        finally
        {
            town.Slapd.Thaw();
        }
        Assert.Single((await answer).Entries);
    }

    private static int Sleeps(int thread) => int.Parse(
        Read($"/proc/self/task/{thread}/status").Split('\n').SingleOrDefault(line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal))?.Split(':')[1] ?? "0", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Without_TLS_a_server_that_asks_for_it_takes_no_password()
    {
        using var client = new LdapClient(new LdapServer(new Uri(town.Slapd.LdapUri), LdapSecurity.None, null), Deadline);
        const int confidentialityRequired = 13;
        Assert.Equal(confidentialityRequired, (await client.BindAsync(town.Amelie.Dn, town.Amelie.Password)).Code);
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
            Assert.Equal(Outage.Untrusted, (await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => client.BindAsync(town.Amelie.Dn, town.Amelie.Password))).Outage);
            Assert.Equal(0, town.Second.Count(RequestKinds.Bind));
            // Broken for good: never again without TLS.
            await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => client.BindAsync(town.Amelie.Dn, town.Amelie.Password));
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
        await service.AskAsync(client => Task.FromResult(client.Server), CancellationToken.None);
        await town.First.ConnectionsAsync(ConnectionManner.CertificateOfAnotherCa);
        try
        {
            town.First.ResetOpen();
            var fault = await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => service.AskAsync(client => client.SearchAsync("", LdapScope.Entry, "(objectClass=*)", 1), CancellationToken.None));
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
            using (var without = new LdapClient(server, Deadline)) await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => without.BindAsync(slapd.People.Amelie.Dn, slapd.People.Amelie.Password));
            using var with = new LdapClient(server with { CertificateFile = own.Certificate, KeyFile = own.Key }, Deadline);
            Assert.Equal(0, (await with.BindAsync(slapd.People.Amelie.Dn, slapd.People.Amelie.Password)).Code);
        }
        using var absent = new LdapClient(new LdapServer(new Uri(slapd.LdapsUri), LdapSecurity.Ldaps, slapd.CaFile, "/nowhere/own.crt", "/nowhere/own.key"), Deadline);
        Assert.Contains("the client certificate /nowhere/own.crt cannot be read", (await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => absent.BindAsync("cn=x", "y"))).Message, StringComparison.Ordinal);
        await slapd.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Answers_come_whole_in_pages_and_no_further_than_asked()
    {
        using var client = new LdapClient(new LdapServer(new Uri(town.Slapd.LdapsUri), LdapSecurity.Ldaps, Path.Combine(Path.GetDirectoryName(town.Slapd.CaFile)!, "ca.crt")), Deadline);
        Assert.Equal(0, (await client.BindAsync(town.Slapd.BrokerDn, (await File.ReadAllTextAsync(town.Slapd.BrokerPasswordFile)).Trim())).Code);
        var all = town.Slapd.People.Everybody.Count;
        var pages = await client.PagesAsync(town.Slapd.People.PeopleBase, "(objectClass=inetOrgPerson)", 7, "uid", "cn").ToListAsync();
        Assert.Equal(all, pages.Sum(page => page.Length));
        Assert.All(pages[..^1], page => Assert.Equal(7, page.Length));
        Assert.Equal(all, pages.SelectMany(page => page).Select(entry => entry.Text("UID")).Distinct().Count());
        var some = await client.SearchAsync(town.Slapd.People.PeopleBase, LdapScope.Branch, "(objectClass=inetOrgPerson)", 3, "uid");
        Assert.Equal((3, true), (some.Entries.Length, some.More));
        var one = Assert.Single((await client.SearchAsync(town.Amelie.Dn, LdapScope.Entry, "(objectClass=*)", 0)).Entries);
        Assert.Equal(town.Amelie.DisplayName, one.Text("displayName"));
        Assert.Empty(one.Octets("userPassword"));
        await Assert.ThrowsAsync<ArgumentException>(() => client.BindAsync(town.Amelie.Dn, ""));
        await Assert.ThrowsAsync<ArgumentException>(() => client.BindAsync(town.Amelie.Dn, "\0x"));
    }

    [Fact]
    public async Task A_thousand_calls_and_cut_connections_leave_no_thread_and_no_connection_behind()
    {
        var (service, _) = town.Service();
        await service.AskAsync(client => Task.FromResult(client.Server), CancellationToken.None);
        Assert.True(town.First.Open > 0);
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => service.BindAsync(town.Amelie.Dn, town.Amelie.Password, CancellationToken.None)));
            town.First.ResetOpen();
        }
        service.Dispose();
        // Other tests may be connecting too.
        var opening = Opening().ToArray();
        await Eventually.HoldsAsync("threads ended, connections closed", TimeSpan.FromSeconds(20), () => !Opening().Intersect(opening).Any() && town.First.Open + town.Second.Open == 0);
    }

    private static IEnumerable<int> Opening() => System.IO.Directory.EnumerateFiles("/proc/self/task", "comm", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true })
        .Where(file => Read(file).Trim() == LdapClient.OpeningThread).Select(file => int.Parse(file.Split('/')[4], CultureInfo.InvariantCulture));

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
