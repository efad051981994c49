using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>Changes of password of which nobody hears what became, and brokers that know no such change.</summary>
public sealed class LostChangeTests : AtAStation
{
    private const string Fresh = "Neuf-et-long-42";
    private const string Kept = "Votre mot de passe n'est pas changé.";
    private const string Changed = "Votre mot de passe est changé.";
    private const string Unknown = "essayez d'abord le nouveau, puis l'ancien.";

    public static TheoryData<string> Losses => ["cut", "late", "directory", "stopping", "fault"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task A_change_that_was_made_and_whose_answer_is_lost_is_sent_once_and_found_out_by_signing_in(string loss)
    {
        Station.Desk.LostAnswers.Enqueue(Loss(loss));
        var old = await ChangeAsync();
        await Station.StepAsync("active");
        Assert.Single(Station.Desk.Changes);
        Assert.Equal([old, Fresh, Fresh], Station.Desk.SignIns.Select(one => one.Password));
        Assert.Equal("", Assert.Single(Station.Desk.Closes).SessionId);
        Assert.Contains(Changed, Station.Screen, StringComparison.Ordinal);
        foreach (var wrong in (string[])[Kept, Unknown]) Assert.DoesNotContain(wrong, Station.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task A_change_of_which_nothing_can_be_found_out_is_told_as_that_and_as_nothing_else(string loss)
    {
        Station.Desk.ChangeFaults.Enqueue(Loss(loss));
        await ChangeAsync();
        await Station.SaysAsync(Unknown);
        await Station.SaysAsync("Votre mot de passe :", 2);
        Assert.Single(Station.Desk.Changes);
        foreach (var wrong in (string[])[Kept, Changed]) Assert.DoesNotContain(wrong, Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_in_limited_mode_proves_nothing()
    {
        Station.Desk.LostAnswers.Enqueue(Loss("directory"));
        Station.Desk.Notice = reply => reply.Limited = true;
        await ChangeAsync();
        await Station.SaysAsync(Unknown);
        Assert.DoesNotContain(Changed, Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_asked_changes_nothing_and_is_told_so()
    {
        Station.Desk.ChangeFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.StoreOutOfReach, StatusCode.Unavailable, Retry.OtherBroker, "Dans quelques secondes."));
        await ChangeAsync();
        await Station.SaysAsync("Dans quelques secondes.");
        await Station.SaysAsync(Kept);
        Assert.Single(Station.Desk.Changes);
        Assert.Single(Station.Desk.SignIns);
    }

    [Fact]
    public async Task Brokers_that_know_no_change_of_password_are_asked_once_each_and_told_as_older_than_the_station()
    {
        for (var i = 0; i < 9; i++) Station.Desk.ChangeFaults.Enqueue(new RpcException(new Status(StatusCode.Unimplemented, "Service is unimplemented.")));
        await ChangeAsync();
        await Station.SaysAsync("Le service des bureaux est plus ancien que ce poste");
        await Station.SaysAsync(Kept);
        Assert.Equal(2, Station.Desk.Changes.Count);
        Assert.DoesNotContain("câble", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_knows_no_sign_in_is_asked_once()
    {
        Station.Desk.SignInFault = new RpcException(new Status(StatusCode.Unimplemented, "Service is unimplemented."));
        await Station.SignInAsync("language = en");
        Assert.Equal(4, await Station.ExitAsync());
        Assert.Contains("The desktop service is older than this station", Station.Screen, StringComparison.Ordinal);
        Assert.Single(Station.Desk.SignIns);
    }

    [Fact]
    public async Task Somebody_called_p_signs_in()
    {
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "");
        Station.Type("p");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
        Assert.Equal("p", Assert.Single(Station.Desk.SignIns).Login);
    }

    private static RpcException Loss(string what) => what switch
    {
        "late" => new RpcException(new Status(StatusCode.DeadlineExceeded, "scripted")),
        "directory" => ScriptedDesk.Fault(ErrorCode.DirectoryOutOfReach, StatusCode.Unavailable, Retry.Later, "L'annuaire ne répond pas."),
        "stopping" => ScriptedDesk.Fault(ErrorCode.BrokerStopping, StatusCode.Unavailable, Retry.OtherBroker, "Ce serveur s'arrête."),
        "fault" => ScriptedDesk.Fault(ErrorCode.Unspecified, StatusCode.Internal, Retry.Later, "Une erreur chez nous."),
        _ => new RpcException(new Status(StatusCode.Unavailable, "scripted")),
    };

    /// <summary>Of two brokers one is asked to change a password that must be changed; gives the old one.</summary>
    private async Task<string> ChangeAsync()
    {
        Station.Desk.MustChange = ScriptedDesk.Fault(ErrorCode.PasswordMustChange, StatusCode.FailedPrecondition, Retry.OtherInput, "À changer.");
        var old = Station.Desk.Password;
        Station.Start([(await Station.BrokerAsync()).Address, (await Station.BrokerAsync()).Address], $"user = {ScriptedDesk.Login}");
        Station.Type(old);
        await Station.SaysAsync("Nouveau mot de passe");
        foreach (var line in (string[])[Fresh, Fresh]) Station.Type(line);
        return old;
    }
}
