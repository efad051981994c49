using System.Diagnostics;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Ldap;

/// <summary>Servers that refuse, hang, reset, lie: the next one answers, nobody waits for the bad one, the first is asked again when it is back.</summary>
public sealed class LdapServiceTests(TwoServers town) : IClassFixture<TwoServers>, IAsyncLifetime
{
    // Far above the 700 ms after which the next server is asked, far below the deadline of whoever waits wrongly.
    private static readonly TimeSpan Unhurried = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static TheoryData<ConnectionManner> ConnectionManners => [.. Enum.GetValues<ConnectionManner>().Where(manner => manner != ConnectionManner.Serve)];

    public static TheoryData<AnswerFault> AnswerFaults => [.. Enum.GetValues<AnswerFault>().Where(fault => fault is not (AnswerFault.None or AnswerFault.Code))];

    public static TheoryData<int> CodesOfIllServers => [LdapResult.OperationsError, LdapResult.Busy, LdapResult.Unavailable, LdapResult.Other];

    [Theory]
    [MemberData(nameof(ConnectionManners))]
    public async Task Whatever_the_first_server_does_to_connections_the_next_answers_and_the_first_is_taken_again(ConnectionManner manner)
    {
        await town.First.ConnectionsAsync(manner);
        var (service, log) = town.Service(deadline: Deadline);
        using var ended = service;
        await AllAnsweredAsync(service);
        Assert.Equal(BreakerPhase.Closed, service.States[1].Breaker.Phase);
        Assert.NotEqual(BreakerPhase.Closed, service.States[0].Breaker.Phase);
        await town.First.ConnectionsAsync(ConnectionManner.Serve);
        await Eventually.HoldsAsync("the first server is back", Deadline + Soon, () => service.States[0].Breaker.Phase == BreakerPhase.Closed);
        town.First.ClearRequests();
        await AllAnsweredAsync(service);
        Assert.True(town.First.BindsOf(town.Amelie.Dn) > 0);
        Assert.Contains(log, line => line.StartsWith("601 ", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("dc=", StringComparison.OrdinalIgnoreCase) || line.Contains("amelie", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(AnswerFaults))]
    public async Task Whatever_the_first_server_does_to_answers_the_next_answers_and_nobody_is_asked_for_twice_at_one(AnswerFault fault)
    {
        var (service, _) = town.Service(deadline: Deadline);
        using var ended = service;
        await AllAnsweredAsync(service);
        town.First.ClearRequests();
        town.Second.ClearRequests();
        town.First.Answers(new AnswerManner(fault) { Only = RequestKinds.Bind | RequestKinds.Search });
        await AllAnsweredAsync(service);
        Assert.InRange(town.Second.BindsOf(town.Amelie.Dn), 1, 20);
        Assert.InRange(town.First.BindsOf(town.Amelie.Dn) + town.Second.BindsOf(town.Amelie.Dn), 20, 40);
        town.First.Answers(AnswerManner.Serve);
        await Eventually.HoldsAsync("the first server is back", Deadline + Soon, () => service.States[0].Breaker.Phase == BreakerPhase.Closed);
    }

    [Theory]
    [MemberData(nameof(CodesOfIllServers))]
    public async Task An_ill_servers_answer_is_no_answer(int code)
    {
        var (service, _) = town.Service();
        using var ended = service;
        town.First.Answers(AnswerManner.With((LdapCode)code, RequestKinds.Bind | RequestKinds.Search));
        await AllAnsweredAsync(service);
    }

    [Fact]
    public async Task Connections_that_were_dropped_while_idle_cost_nobody_a_try()
    {
        var (service, _) = town.Service(both: false);
        using var ended = service;
        await AllAnsweredAsync(service);
        Assert.True(town.First.DropIdle() > 0);
        // One that has answered may learn a moment later that it waits for the next question.
        await Eventually.HoldsAsync("all closed", Soon, () => town.First.DropIdle() == 0 && town.First.Open == 0);
        town.First.ClearRequests();
        await AllAnsweredAsync(service);
        Assert.Equal(20, town.First.BindsOf(town.Amelie.Dn));
        Assert.Equal(BreakerPhase.Closed, service.States[0].Breaker.Phase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connections_that_a_firewall_has_forgotten_are_made_anew(bool another)
    {
        var (service, _) = town.Service(both: another, deadline: TimeSpan.FromSeconds(2));
        using var ended = service;
        await AllAnsweredAsync(service);
        Assert.True(town.First.BlackholeOpen() > 0);
        await AllAnsweredAsync(service);
        await Eventually.HoldsAsync("nothing is held against it", Soon, () => service.States[0].Breaker.Phase == BreakerPhase.Closed);
    }

    [Fact]
    public async Task While_no_server_answers_callers_are_told_within_a_second_and_the_first_caller_after_it_is_back_is_served()
    {
        var (service, log) = town.Service(both: false, deadline: TimeSpan.FromSeconds(2));
        using var ended = service;
        await town.First.ConnectionsAsync(ConnectionManner.HangAfterAccept);
        await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => CheckAsync(service));
        var clock = Stopwatch.StartNew();
        var faults = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Assert.ThrowsAsync<DirectoryOutOfReachException>(() => CheckAsync(service))));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Unhurried);
        Assert.All(faults, fault => Assert.Equal(Outage.Silent, fault.Outage));
        Assert.Single(log, line => line.StartsWith("600 ", StringComparison.Ordinal));
        await town.First.ConnectionsAsync(ConnectionManner.Serve);
        await Eventually.HoldsAsync("it is back", Soon, () => service.States[0].Breaker.Phase == BreakerPhase.Closed);
        await AllAnsweredAsync(service);
    }

    [Fact]
    public async Task A_search_that_the_server_will_not_do_is_told_with_its_code_and_opens_nothing()
    {
        var (service, _) = town.Service();
        using var ended = service;
        var fault = await Assert.ThrowsAsync<DirectoryOutOfReachException>(() =>
            service.AskAsync(client => client.SearchAsync("ou=nowhere,dc=agglo,dc=test", LdapScope.Branch, "(uid=x)", 2, "uid"), CancellationToken.None));
        Assert.Equal((Outage.Unwilling, 32), (fault.Outage, fault.Code));
        Assert.All(service.States, state => Assert.Equal(BreakerPhase.Closed, state.Breaker.Phase));
        var bad = await Assert.ThrowsAsync<DirectoryOutOfReachException>(() =>
            service.AskAsync(client => client.SearchAsync(town.Slapd.People.PeopleBase, LdapScope.Branch, "((", 2, "uid"), CancellationToken.None));
        Assert.Contains("look at base and filter", bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_password_whose_answer_is_lost_is_not_sent_again()
    {
        var (service, _) = town.Service();
        using var ended = service;
        town.First.NextAnswers(1, new AnswerManner(AnswerFault.ResetAfterDone) { Only = RequestKinds.PasswordChange });
        var person = town.Slapd.People["zoe.chaine"];
        await Assert.ThrowsAsync<DirectoryOutOfReachException>(() =>
            service.AsPersonAsync(person.Dn, person.Password, (client, _) => client.ChangePasswordAsync(person.Dn, person.Password, "another-one-1"), _ => false, CancellationToken.None));
        Assert.Equal(1, town.First.Count(RequestKinds.PasswordChange) + town.Second.Count(RequestKinds.PasswordChange));
        Assert.Equal(0, (await service.BindAsync(person.Dn, "another-one-1", CancellationToken.None)).Code);
    }

    // Where the patience is as long as the deadline, each call's alarm shuts its connection and tells that it is slow in one breath.
    [Fact]
    public async Task However_often_a_server_falls_silent_no_more_connections_are_made_than_allowed()
    {
        var (service, _) = town.Service(both: false, deadline: TimeSpan.FromMilliseconds(700));
        using var ended = service;
        for (var round = 0; round < 6; round++)
        {
            await CheckAsync(service);
            town.First.Answers(new AnswerManner(AnswerFault.Silent) { Only = RequestKinds.Bind });
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Assert.ThrowsAsync<DirectoryOutOfReachException>(() => CheckAsync(service))));
            town.First.Answers(AnswerManner.Serve);
            await Eventually.HoldsAsync("it is back", Soon, () => service.States[0].Breaker.Phase == BreakerPhase.Closed);
        }
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) => await CheckAsync(service));
        await Eventually.HoldsAsync("four at most, as allowed", Soon, () => town.First.Open is > 0 and <= 4);
    }

    public Task InitializeAsync() => ServeAsync();

    public Task DisposeAsync() => ServeAsync();

    private async Task ServeAsync()
    {
        foreach (var server in (RoughServer[])[town.First, town.Second])
        {
            await server.ConnectionsAsync(ConnectionManner.Serve);
            server.Answers(AnswerManner.Serve);
            server.ClearRequests();
        }
    }

    // Twenty people at once, more than there are connections: each is looked up and let in, none waits for a deadline.
    private async Task AllAnsweredAsync(LdapService service)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            var found = await service.AskAsync(client => client.SearchAsync(town.Slapd.People.PeopleBase, LdapScope.Branch, $"(uid={town.Amelie.Login})", 2, "cn"), CancellationToken.None);
            Assert.Equal(town.Amelie.Dn, Assert.Single(found.Entries).Dn, ignoreCase: true);
            Assert.Equal(0, (await CheckAsync(service)).Code);
        }));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Unhurried);
    }

    private Task<LdapAnswer> CheckAsync(LdapService service) => service.BindAsync(town.Amelie.Dn, town.Amelie.Password, CancellationToken.None);
}
