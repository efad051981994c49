using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Directories that are slow, gone, wrong or back: never told as a bad password, never for longer than needed.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // Far below the deadline that is passed by whoever waits wrongly, far above what a loaded machine needs.
    private static readonly TimeSpan Unhurried = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_frozen_server_is_out_of_reach_at_the_deadline_and_back_by_itself(bool connectedBefore)
    {
        await using var directory = await TestDirectory.StartAsync();
        using var signIns = directory.SignIns(options => options with { Deadline = Short });
        if (connectedBefore) await signIns.LetInAsync(directory.Amelie);
        await directory.Slapd.FreezeAsync();
        var clock = Stopwatch.StartNew();
        // More than there are connections: nobody waits for those before them.
        var causes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => signIns.OutOfReachAsync(directory.Amelie)));
        Assert.InRange(clock.Elapsed, Short / 2, Unhurried);
        Assert.All(causes, cause => Assert.StartsWith($"{directory.Slapd.LdapsUri} does not answer ", cause, StringComparison.Ordinal));
        directory.Slapd.Thaw();
        await Eventually.HoldsAsync("sign-in after the thaw", Soon, async () => await signIns.RunAsync(directory.Amelie) is Authentication.Authenticated);
    }

    [Fact]
    public async Task A_server_restarted_between_two_sign_ins_costs_nobody_a_sign_in()
    {
        await using var directory = await TestDirectory.StartAsync();
        using var signIns = directory.SignIns();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => signIns.LetInAsync(directory.Amelie)));
        await directory.Slapd.KillAsync();
        await directory.Slapd.StartAgainAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => signIns.LetInAsync(directory.Amelie)));
        await directory.Slapd.RestartAsync();
        Assert.IsType<Authentication.Rejected>(await signIns.RunAsync(directory.Amelie.Login, "wrong"));
        await signIns.LetInAsync(directory.Amelie);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_out_of_reach_at_once_and_back_by_itself()
    {
        await using var directory = await TestDirectory.StartAsync();
        using var signIns = directory.SignIns(options => options with { Deadline = Long });
        await directory.Slapd.KillAsync();
        var clock = Stopwatch.StartNew();
        Assert.Equal($"{directory.Slapd.LdapsUri}: nothing listens there (connection refused)", await signIns.OutOfReachAsync(directory.Amelie));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Unhurried);
        await directory.Slapd.StartAgainAsync();
        await signIns.LetInAsync(directory.Amelie);
    }

    [Fact]
    public async Task A_certificate_of_another_CA_is_refused_and_named()
    {
        await using var directory = await TestDirectory.StartAsync();
        await using var other = await TestDirectory.StartAsync();
        using var signIns = directory.SignIns(options => options with { CaFile = other.Slapd.CaFile });
        Assert.Equal($"{directory.Slapd.LdapsUri}: its certificate is not signed by {other.Slapd.CaFile}", await signIns.OutOfReachAsync(directory.Amelie));
        Assert.Empty(directory.LogLines("BIND dn=\"cn="));
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_and_named()
    {
        await using var directory = await TestDirectory.StartAsync(address: "127.0.0.31", certificateFor: "127.0.0.32");
        using var signIns = directory.SignIns();
        Assert.Equal($"{directory.Slapd.LdapsUri}: its certificate is for other names than 127.0.0.31", await signIns.OutOfReachAsync(directory.Amelie));
        Assert.Empty(directory.LogLines("BIND dn=\"cn="));
    }

    [Fact]
    public async Task A_server_that_speaks_something_else_is_named()
    {
        await using var directory = await TestDirectory.StartAsync();
        using var listener = new TcpListener(IPAddress.Parse("127.0.0.35"), 0);
        listener.Start();
        using var end = new CancellationTokenSource();
        var serving = ServeNonsenseAsync(listener, end.Token);
        using var signIns = directory.SignIns(options => options with { Servers = [new Uri($"ldaps://{listener.LocalEndpoint}")] });
        Assert.Equal($"ldaps://{listener.LocalEndpoint}: it speaks no TLS that is understood here", await signIns.OutOfReachAsync(directory.Amelie));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task The_operator_learns_at_start_whether_a_directory_answers()
    {
        await using var directory = await TestDirectory.StartAsync();
        using var well = directory.SignIns();
        await well.StartAsync();
        await Eventually.HoldsAsync("the good word", Soon, () => well.Log.Contains("500 Directory agglo answers "));
        await directory.Slapd.KillAsync();
        using var ill = directory.SignIns();
        await ill.StartAsync();
        await Eventually.HoldsAsync("the bad word", Soon,
            () => ill.Log.Any(line => line.StartsWith("501", StringComparison.Ordinal) && line.Contains("connection refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_absent_CA_file_is_named()
    {
        await using var directory = await TestDirectory.StartAsync();
        using var signIns = directory.SignIns(options => options with { CaFile = "/nowhere/ca.crt" });
        Assert.Equal($"{directory.Slapd.LdapsUri}: the CA file /nowhere/ca.crt cannot be read", await signIns.OutOfReachAsync(directory.Amelie));
    }

    [Fact]
    public async Task The_brokers_own_wrong_password_is_named_and_taken_up_when_its_file_is_put_right()
    {
        await using var directory = await TestDirectory.StartAsync();
        var file = directory.WriteFile("broker-password", "not it");
        using var signIns = directory.SignIns(options => options with { BindPasswordFile = file });
        Assert.Contains("refused the broker's own account (LDAP result 49, invalidCredentials): check bind_dn and bind_password_file", await signIns.OutOfReachAsync(directory.Amelie), StringComparison.Ordinal);
        directory.WriteFile("broker-password", await File.ReadAllTextAsync(directory.Slapd.BrokerPasswordFile) + "\n");
        await signIns.LetInAsync(directory.Amelie);
        File.Delete(file);
        await directory.Slapd.RestartAsync();
        Assert.Contains($"cannot be read: {file}", await signIns.OutOfReachAsync(directory.Amelie), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_may_not_search_is_no_bad_password_of_the_person()
    {
        await using var directory = await TestDirectory.StartAsync();
        using var signIns = directory.SignIns(options => options with { People = new PeopleOptions("ou=nowhere,dc=agglo,dc=test") });
        Assert.Contains("LDAP result 32", await signIns.OutOfReachAsync(directory.Amelie), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_second_server_is_taken_when_the_first_is_frozen_or_gone(bool frozen)
    {
        await using var directory = await TestDirectory.StartAsync();
        await using var second = await TestDirectory.StartAsync(directory.People, "127.0.0.34");
        // Two replicas share their CA and the broker's account in a city; here each has its own, so one file holds both CAs.
        var ca = directory.WriteFile("both.crt", await File.ReadAllTextAsync(directory.Slapd.CaFile) + "\n" + await File.ReadAllTextAsync(second.Slapd.CaFile));
        await directory.ChangeAsync($"dn: {directory.Slapd.BrokerDn}\nchangetype: modify\nreplace: userPassword\nuserPassword: {await File.ReadAllTextAsync(second.Slapd.BrokerPasswordFile)}\n");
        var patience = TimeSpan.FromSeconds(3);
        using var signIns = directory.SignIns(options => options with
        {
            Deadline = patience,
            CaFile = ca,
            BindPasswordFile = second.Slapd.BrokerPasswordFile,
            Servers = [new Uri(directory.Slapd.LdapsUri), new Uri(second.Slapd.LdapsUri)],
        });
        await signIns.LetInAsync(directory.Amelie);
        // One that is slow for a moment on a busy machine hands over to the other, as it should.
        var asked = 0;
        await Eventually.HoldsAsync("the first alone is asked", Long, async () =>
        {
            asked = second.LogLines("BIND dn=\"uid=amelie").Length;
            await signIns.LetInAsync(directory.Amelie);
            return second.LogLines("BIND dn=\"uid=amelie").Length == asked;
        });
        if (frozen) await directory.Slapd.FreezeAsync();
        else await directory.Slapd.KillAsync();
        var clock = Stopwatch.StartNew();
        await signIns.LetInAsync(directory.Amelie);
        // One deadline as a rule; two when the search and the check of the password find out at the same time.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, 3 * patience);
        Assert.True(second.LogLines("BIND dn=\"uid=amelie").Length > asked);
        clock.Restart();
        await signIns.LetInAsync(directory.Amelie);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, patience);
        Assert.Contains(signIns.Log, line => line.StartsWith("60", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hanging_directory_does_not_hold_up_the_people_of_another()
    {
        await using var hanging = await TestDirectory.StartAsync(Townspeople.Make(suffix: "dc=office,dc=test", tenants: ["habitat"]));
        await using var healthy = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.34");
        using var signIns = new SignIns([hanging.Options("office") with { Deadline = Unhurried }, healthy.Options()], [.. hanging.Branches("office"), .. healthy.Branches()]);
        var sylvie = hanging.People["sylvie.moreau"];
        Assert.Equal("habitat", (await signIns.LetInAsync(sylvie)).Tenant.Value);
        await hanging.Slapd.FreezeAsync();
        var waiting = signIns.RunAsync(sylvie);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => signIns.LetInAsync(healthy.Amelie)));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Unhurried);
        Assert.False(waiting.IsCompleted);
        Assert.IsType<Authentication.OutOfReach>(await waiting);
        // Nobody here knows the name; the one who may is not there to be asked: no bad password.
        Assert.IsType<Authentication.OutOfReach>(await signIns.RunAsync("nobody.atall", "x"));
    }

    [Fact]
    public async Task At_a_station_whose_directory_is_down_a_namesake_elsewhere_does_not_make_a_wrong_password_of_it()
    {
        await using var own = await TestDirectory.StartAsync(Townspeople.Make(suffix: "dc=office,dc=test", tenants: ["habitat"]));
        await using var other = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.34");
        var sylvie = own.People["sylvie.moreau"];
        await other.ChangeAsync($"dn: uid={sylvie.Login},{other.People.PeopleOf("drancy")}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {sylvie.Login}\ncn: Namesake\nsn: Namesake\nuserPassword: her-own-password\n");
        using var signIns = new SignIns([own.Options("office"), other.Options()], [.. own.Branches("office"), .. other.Branches()]);
        Assert.Equal("habitat", Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync(sylvie.Login, sylvie.Password, "habitat")).Person.Tenant.Value);
        await own.Slapd.KillAsync();
        for (var i = 0; i < 3; i++)
        {
            var answer = Assert.IsType<Authentication.OutOfReach>(await signIns.RunAsync(sylvie.Login, sylvie.Password, "habitat"));
            Assert.Contains("connection refused", answer.Cause, StringComparison.Ordinal);
            Assert.Equal(["habitat"], answer.Down.Select(tenant => tenant.Value));
        }
        // The namesake visits, and everybody of her town.
        Assert.Equal("drancy", Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync(sylvie.Login, "her-own-password", "habitat")).Person.Tenant.Value);
        Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync(other.Amelie.Login, other.Amelie.Password, "habitat"));
        Assert.IsType<Authentication.Rejected>(await signIns.RunAsync(sylvie.Login + "@drancy", sylvie.Password, "habitat"));
    }

    private static async Task ServeNonsenseAsync(TcpListener listener, CancellationToken cancel)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(cancel);
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), cancel);
        }
    }
}
