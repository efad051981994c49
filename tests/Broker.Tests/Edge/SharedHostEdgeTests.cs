using Grpc.Core;
using VdiBroker.City.Brokers;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A host that serves several pools has one account for each person: whoever has a desktop of one pool there gets none of another. A look that people share does not know of it; the claim and a look of their own do.</summary>
[Collection(TownCollection.Name)]
public sealed class SharedHostEdgeTests(Town town)
{
    [Fact]
    public async Task Where_a_host_carries_somebodys_desktop_of_another_pool_they_are_seated_elsewhere_or_told_so_at_once()
    {
        await using var broker = await StartAsync();
        await using var both = await ReportingHost.AttachAsync(town, broker, "blade-m");
        await using var other = await ReportingHost.AttachAsync(town, broker, "blade-n");
        var person = town.Only("habitat", "gardiens");
        using var visit = await Visit.BeginAsync(town, broker, both, "poste-m1", person, "premier");
        // What its host has not been seen with yet is only claimed, and its absence would be no end.
        using (var news = visit.Follow()) await news.UntilAsync(notice => notice.State == SessionState.Active);
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-m2");
        var signIn = (await station.SignInAsync(town, person)).SignIn;

        // By a look that is shared their own host comes first: it is the fullest.
        var second = await station.OpenAsync(signIn, "second");
        Assert.Equal(("blade-n", false), (second.Host, second.Resumed));
        Assert.NotEqual(visit.Desktop.SessionId, second.SessionId);

        var refusal = await Peers.RefusalAsync(() => station.OpenAsync(signIn, "troisieme"));
        Assert.Equal(ErrorCode.AllHostsFull, refusal.Code);
        // Told by a look of their own after the first claim, not by the eighth claim in a row that was lost.
        var told = await Explained.LastOpeningAsync(broker, person, Peers.Patience, opening => opening["hosts"]!.AsArray() is [{ } host] && (string?)host["host"] == "blade-m" && (string?)host["verdict"] == "CarriesOtherDesktop");
        Assert.DoesNotContain("overtaken", told.Root.ToJsonString(), StringComparison.Ordinal);

        // Where people wait they are told what they can do, not that every seat is taken; and it is true.
        using var stream = station.Calls.Open(new OpenRequest { SignIn = signIn, PoolId = "quatrieme", Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience);
        Assert.StartsWith("Un autre bureau est déjà ouvert sous votre nom", (await UntilAsync(stream, OpenReply.StepOneofCase.Queued)).Queued.Text, StringComparison.Ordinal);
        // No seat is kept for them meanwhile.
        using var others = await StationPeer.ConnectAsync(town, broker, "poste-m3");
        Assert.Equal("blade-m", (await others.OpenAsync((await others.SignInAsync(town, town.Only("habitat", "gardiens", 1))).SignIn, "quatrieme")).Host);
        Assert.DoesNotContain(both.Agent.Orders, order => order.EndSession is not null);
        both.Forget(person);
        var opened = (await UntilAsync(stream, OpenReply.StepOneofCase.Desktop)).Desktop;
        Assert.Equal(("blade-m", false), (opened.Host, opened.Resumed));
    }

    private static async Task<OpenReply> UntilAsync(AsyncServerStreamingCall<OpenReply> stream, OpenReply.StepOneofCase step)
    {
        var told = new List<OpenReply>();
        try
        {
            while (await stream.ResponseStream.MoveNext(CancellationToken.None))
            {
                told.Add(stream.ResponseStream.Current);
                if (told[^1].StepCase == step) return told[^1];
            }
        }
        catch (RpcException fault)
        {
            throw new InvalidOperationException($"no {step}, {fault.StatusCode}: {string.Join(" | ", told)}", fault);
        }
        throw new InvalidOperationException($"no {step}: {string.Join(" | ", told)}");
    }

    private Task<BrokerProcess> StartAsync() => town.StartAnotherAsync("sharing", 17, city => city
        .Replace("hosts:\n", """
            hosts:
              - { id: blade-m, address: 127.0.0.1, port: 3298, seats: 4 }
              - { id: blade-n, address: 127.0.0.1, port: 3299, seats: 4 }

            """, StringComparison.Ordinal)
        .Replace("\npools:\n", """

            pools:
              - { id: premier, name: { fr: Premier, en: First }, hosts: [blade-m] }
              - { id: second, name: { fr: Second, en: Second }, hosts: [blade-m, blade-n], placement: pack }
              - { id: troisieme, name: { fr: Troisième, en: Third }, hosts: [blade-m], waiting: { longest: 0s } }
              - { id: quatrieme, name: { fr: Quatrième, en: Fourth }, hosts: [blade-m] }

            """, StringComparison.Ordinal)
        .Replace("\nentitlements:\n", """

            entitlements:
              - { tenant: habitat, group: gardiens, pools: [premier, second, troisieme, quatrieme] }

            """, StringComparison.Ordinal));
}
