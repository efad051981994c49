using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>Passwords that must be changed, that a person wants to change, and what is told of them.</summary>
public sealed class NewPasswordTests : AtAStation
{
    private const string Temporary = "Votre mot de passe doit être changé.";
    private const string Fresh = "Neuf-et-long-42";

    [Theory]
    [InlineData(ErrorCode.PasswordMustChange)]
    public async Task Who_must_change_their_password_does_so_and_is_in(ErrorCode code)
    {
        var old = await AskedForAsync(code);
        Station.Type(Fresh);
        await Station.SaysAsync("encore une fois");
        Station.Type(Fresh);
        await Station.StepAsync("active");
        Assert.Contains("Votre mot de passe est changé.", Station.Screen, StringComparison.Ordinal);
        var change = Assert.Single(Station.Desk.Changes);
        Assert.Equal((ScriptedDesk.Login, old, Fresh, "fr"), (change.Login, change.OldPassword, change.NewPassword, change.Language));
        Assert.Equal([old, Fresh], Station.Desk.SignIns.Select(one => one.Password));
        foreach (var secret in (string[])[old, Fresh]) Assert.DoesNotContain(secret, Station.Screen + Station.JournalText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_differ_and_one_that_is_refused_are_asked_for_again()
    {
        Station.Desk.ChangeFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.PasswordTooShort, StatusCode.FailedPrecondition, Retry.OtherInput, "Trop court."));
        await AskedForAsync(ErrorCode.PasswordMustChange);
        foreach (var line in (string[])[Fresh, Fresh + "x"]) Station.Type(line);
        await Station.SaysAsync("Les deux saisies ne sont pas les mêmes.");
        foreach (var line in (string[])["court", "court"]) Station.Type(line);
        await Station.SaysAsync("Trop court.");
        foreach (var line in (string[])[Fresh, Fresh]) Station.Type(line);
        await Station.StepAsync("active");
        Assert.Equal(["court", Fresh], Station.Desk.Changes.Select(one => one.NewPassword));
    }

    [Fact]
    public async Task Three_refused_are_the_end_and_so_is_nothing_typed()
    {
        for (var i = 0; i < 3; i++) Station.Desk.ChangeFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.PasswordUsedBefore, StatusCode.FailedPrecondition, Retry.OtherInput, "Déjà eu."));
        await AskedForAsync(ErrorCode.PasswordMustChange);
        for (var i = 0; i < 6; i++) Station.Type(Fresh);
        await Station.SaysAsync("Votre mot de passe n'est pas changé.");
        Assert.Equal(3, Station.Desk.Changes.Count);
        await Station.SaysAsync("Votre mot de passe :", 2);
        Station.Type(Station.Desk.Password);
        await Station.SaysAsync(Temporary, 2);
        Station.Type("");
        await Station.SaysAsync("Votre mot de passe n'est pas changé.", 2);
        Assert.Equal(3, Station.Desk.Changes.Count);
    }

    [Fact]
    public async Task A_refusal_that_no_other_password_helps_against_ends_it_at_once()
    {
        Station.Desk.ChangeFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.DirectoryReadOnly, StatusCode.Unavailable, Retry.Later, "Pas de changement en ce moment."));
        await AskedForAsync(ErrorCode.PasswordMustChange);
        foreach (var line in (string[])[Fresh, Fresh]) Station.Type(line);
        await Station.SaysAsync("Pas de changement en ce moment.");
        await Station.SaysAsync("Votre mot de passe n'est pas changé.");
        Assert.Single(Station.Desk.Changes);
    }

    [Fact]
    public async Task A_person_changes_it_by_typing_a_star_in_place_of_their_name_and_nothing_of_it_is_shown()
    {
        var broker = await Station.BrokerAsync();
        var old = Station.Desk.Password;
        Station.Write("run.sh", "exec script -qefc \"$*\" /dev/null\n");
        // The first is dead: the change goes to the other one.
        Station.Start(["https://127.0.0.1:1", broker.Address], "", options: ["--once"], through: ["/bin/sh", Station.At("run.sh")]);
        await Station.SaysAsync("tapez « * » à la place de votre nom");
        await Station.SaysAsync("Votre nom :");
        Station.Type("*");
        await Station.SaysAsync("Votre nom :", 2);
        Station.Type(ScriptedDesk.Login);
        await Station.SaysAsync("Votre mot de passe :");
        Station.Type(old);
        await Station.SaysAsync("Nouveau mot de passe");
        Station.Type(Fresh);
        await Station.SaysAsync("encore une fois");
        Station.Type(Fresh);
        await Station.SaysAsync("Votre mot de passe est changé.");
        await Station.SaysAsync("Votre nom :", 3);
        Assert.Empty(Station.Desk.SignIns);
        Assert.Equal(Fresh, Assert.Single(Station.Desk.Changes).NewPassword);
        foreach (var secret in (string[])[old, Fresh]) Assert.DoesNotContain(secret, Station.Screen + Station.JournalText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gives_the_new_password_on_the_second_line_and_without_one_the_refusal_ends_it()
    {
        Station.Desk.MustChange = ScriptedDesk.Fault(ErrorCode.PasswordMustChange, StatusCode.FailedPrecondition, Retry.OtherInput, Temporary);
        await Station.SignInAsync();
        Station.Type(Fresh);
        await Station.StepAsync("active");
        Assert.Equal(Fresh, Assert.Single(Station.Desk.Changes).NewPassword);
        await using var other = new TestStation();
        other.Desk.MustChange = ScriptedDesk.Fault(ErrorCode.PasswordMustChange, StatusCode.FailedPrecondition, Retry.OtherInput, Temporary);
        var broker = await other.BrokerAsync();
        other.Write("password", other.Desk.Password + "\n");
        other.Write("run.sh", "password=$1; shift; exec \"$@\" 7<\"$password\"\n");
        other.Start([broker.Address], $"user = {ScriptedDesk.Login}", options: ["--password-fd", "7"], through: ["/bin/sh", other.At("run.sh"), other.At("password")]);
        Assert.Equal(3, await other.ExitAsync());
        Assert.Empty(other.Desk.Changes);
    }

    [Theory]
    [InlineData("limited", "vous êtes connecté en mode limité")]
    [InlineData("expires", "(jours restants : 3)")]
    [InlineData("grace", "(connexions encore possibles : 2)")]
    public async Task What_the_person_should_know_is_told_after_the_hello(string what, string words)
    {
        Station.Desk.Notice = reply =>
        {
            reply.Limited = what == "limited";
            if (what == "expires") reply.Password = new PasswordNotice { ExpiresIn = Duration.FromTimeSpan(TimeSpan.FromDays(3.5)) };
            if (what == "grace") reply.Password = new PasswordNotice { GraceLeft = 2 };
        };
        await Station.SignInAsync();
        await Station.StepAsync("active");
        Assert.True(Station.Screen.IndexOf(words, StringComparison.Ordinal) > Station.Screen.IndexOf("Bonjour", StringComparison.Ordinal), Station.Screen);
        Assert.Equal(what == "limited" ? 1 : 0, Station.Times("signed-in desktops=1 limited=true"));
    }

    [Fact]
    public async Task A_station_that_pauses_says_for_how_long()
    {
        var detail = new ErrorDetail { Code = ErrorCode.TooManyTries, Retry = Retry.Later, Text = "Trop d'essais à ce poste.", RetryAfter = Duration.FromTimeSpan(TimeSpan.FromSeconds(100)) };
        Station.Desk.SignInFault = new Grpc.Core.RpcException(new Grpc.Core.Status(StatusCode.ResourceExhausted, "scripted"), new Grpc.Core.Metadata { { "vdi-error-bin", Google.Protobuf.MessageExtensions.ToByteArray(detail) } });
        await Station.SignInAsync();
        Assert.Equal(3, await Station.ExitAsync());
        Assert.Contains("Trop d'essais à ce poste. Durée de la pause : 2 min.", Station.Screen, StringComparison.Ordinal);
    }

    /// <summary>A person has typed the right password and is asked for a new one; gives the old one.</summary>
    private async Task<string> AskedForAsync(ErrorCode code)
    {
        Station.Desk.MustChange = ScriptedDesk.Fault(code, StatusCode.FailedPrecondition, Retry.OtherInput, Temporary);
        var broker = await Station.BrokerAsync();
        var old = Station.Desk.Password;
        Station.Start([broker.Address], $"user = {ScriptedDesk.Login}");
        Station.Type(old);
        await Station.SaysAsync(Temporary);
        await Station.SaysAsync("Nouveau mot de passe");
        return old;
    }
}
