using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>A station that nobody knows shows its code, is admitted, goes on to sign-in without a restart, and renews its certificate by itself.</summary>
public sealed class EnrolmentTests : AtAGreeter
{
    private static readonly TimeSpan _young = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _due = TimeSpan.FromMinutes(50);

    private string Own => Station.At("identity/station.pem");

    private string Next => Station.At("identity/next.key");

    [Fact]
    public async Task At_a_terminal_code_and_fingerprint_are_shown_and_the_sign_in_follows_and_a_restart_asks_nobody()
    {
        var enrolment = new ScriptedEnrolment(Station.Authority);
        var broker = await Station.BrokerAsync(enrolment);
        Station.StartUnknown([broker.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        await Station.SaysAsync(ScriptedEnrolment.Code);
        await Eventually.HoldsAsync("asked", TestStation.Deadline, () => !enrolment.Asked.IsEmpty);
        var (shown, says) = Assert.Single(enrolment.Asked);
        Assert.Equal("fr", says.Language);
        var fingerprint = Convert.ToHexString(SHA256.HashData(shown.PublicKey.ExportSubjectPublicKeyInfo()));
        await Station.SaysAsync(string.Join(':', fingerprint[..16].Chunk(2).Select(pair => new string(pair))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Next));

        enrolment.Accept("poste-neuf", _young);
        await Station.StepAsync("enrolled name=poste-neuf");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Own));
        Assert.False(File.Exists(Next));
        using (var own = X509Certificate2.CreateFromPemFile(Own)) Assert.Equal((Key(shown.PublicKey), "CN=poste-neuf"), (Key(own.PublicKey), own.Subject));

        Station.Desk.Becomes(SessionState.SignedOut);
        await Station.ExitAsync();
        Station.StartUnknown([broker.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active", 2);
        Assert.Single(enrolment.Asked);
        Assert.Equal(1, Station.Times("enrolling"));
    }

    [Fact]
    public async Task The_key_is_the_same_after_a_restart_and_at_the_next_broker()
    {
        var (first, second) = (new ScriptedEnrolment(Station.Authority), new ScriptedEnrolment(Station.Authority));
        var (one, two) = (await Station.BrokerAsync(first), await Station.BrokerAsync(second));
        Station.StartUnknown([one.Address, two.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        await Station.StepAsync("enrolling");
        await one.KillAsync();
        await Eventually.HoldsAsync("asked the next one", TestStation.Deadline, () => !second.Asked.IsEmpty);
        // The code stays on the screen meanwhile.
        Assert.Equal(1, Station.Times("enrolling"));
        await Station.Process.KillAsync();
        Station.StartUnknown([two.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        await Eventually.HoldsAsync("asked again", TestStation.Deadline, () => second.Asked.Count > 1);
        Assert.Single(first.Asked.Concat(second.Asked).Select(one => Convert.ToHexString(one.Shown.PublicKey.ExportSubjectPublicKeyInfo())).Distinct());
    }

    [Fact]
    public async Task The_greeter_shows_the_code_large_in_both_languages_and_then_the_sign_in()
    {
        await using var screen = await ScreenAsync();
        var enrolment = new ScriptedEnrolment(Station.Authority);
        var broker = await Station.BrokerAsync(enrolment);
        Station.StartUnknown([broker.Address], "city = Ville de Drancy", "--greeter");
        await Station.StepAsync(Page + "Code");
        await screen.PressAsync("F4");
        await Station.StepAsync(Page + "Code", 2);
        enrolment.Accept("poste-neuf", _young);
        await Station.StepAsync(Page + "SignIn");
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
    }

    [Fact]
    public async Task A_certificate_that_is_due_is_renewed_with_a_fresh_key_while_a_desktop_is_on_the_screen()
    {
        var enrolment = new ScriptedEnrolment(Station.Authority);
        var broker = await Station.BrokerAsync(enrolment);
        Station.StartUnknown([broker.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        await Station.StepAsync("enrolling");
        enrolment.Accept("poste-neuf", _due);
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("renewed");
        await Station.StepAsync("active");
        var renewed = enrolment.Renewed.ToList();
        // Shown at once by a second question, so that the former one is good for nothing from then on.
        Assert.Equal(2, renewed.Count);
        Assert.NotEqual(Key(renewed[0].Shown.PublicKey), Key(renewed[0].Wanted));
        Assert.Equal((Key(renewed[0].Wanted), Key(renewed[0].Wanted)), (Key(renewed[1].Wanted), Key(renewed[1].Shown.PublicKey)));
        using var own = X509Certificate2.CreateFromPemFile(Own);
        Assert.Equal(Key(renewed[0].Wanted), Key(own.PublicKey));
        Assert.False(File.Exists(Next));
        Assert.Equal(0, Station.Times("freerdp-ended"));
    }

    [Fact]
    public async Task A_station_whose_certificate_has_ended_unrenewed_asks_to_be_admitted_without_a_restart_once_nobody_sits_there()
    {
        await using var screen = await ScreenAsync();
        var enrolment = new ScriptedEnrolment(Station.Authority) { RenewsNobody = ErrorCode.StationRevoked };
        var broker = await Station.BrokerAsync(enrolment);
        Station.StartUnknown([broker.Address], "", "--greeter");
        await Station.StepAsync(Page + "Code");
        enrolment.Accept("poste-neuf", TimeSpan.FromHours(1) - TimeSpan.FromSeconds(30));
        await Station.StepAsync(Page + "SignIn");
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        await Station.StepAsync("certificate-ended");
        Assert.Equal(1, Station.Times("enrolling"));
        Station.Desk.Becomes(SessionState.SignedOut);
        // Asked anew, and admitted by whoever has decided so before.
        await Station.StepAsync("enrolled name=poste-neuf", 2);
        Assert.Equal(2, enrolment.Asked.Count);
        Assert.Equal(0, Station.Times("ended code"));
    }

    [Fact]
    public async Task A_station_whose_clock_is_ahead_keeps_the_certificate_that_its_broker_calls_young()
    {
        await using var screen = await ScreenAsync();
        var enrolment = new ScriptedEnrolment(Station.Authority) { RenewsNobody = ErrorCode.RenewalTooEarly };
        var broker = await Station.BrokerAsync(enrolment);
        Station.StartUnknown([broker.Address], "", "--greeter");
        await Station.StepAsync(Page + "Code");
        // By this station's clock it ends in a moment.
        enrolment.Accept("poste-neuf", TimeSpan.FromHours(1) - TimeSpan.FromSeconds(15));
        await Station.StepAsync("renewal-refused: a broker says that it is too early; look at this station's clock", 2);
        Assert.Equal((0, 1), (Station.Times("certificate-ended"), Station.Times("enrolling")));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_and_half_an_identity_by_hand_are_told()
    {
        Station.Write("shim.conf", $"broker = https://127.0.0.1:7443\nca = ca.crt\ndisplay = :77\nstate = nowhere\nlanguage = en\n");
        Station.Run("--config", Station.At("shim.conf"));
        Assert.Equal(2, await Station.ExitAsync());
        Assert.Contains("nowhere", Station.Screen, StringComparison.Ordinal);
        Station.Write("shim.conf", $"broker = https://127.0.0.1:7443\nca = ca.crt\ndisplay = :77\ncertificate = station.crt\nlanguage = en\n");
        Station.Run("--config", Station.At("shim.conf"));
        Assert.Equal(2, await Station.ExitAsync());
        Assert.Contains("key", Station.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accueil-1.drancy.lan", "accueil-1")]
    [InlineData("-poste", "")]
    [InlineData("poste_1", "")]
    [InlineData("", "")]
    public void A_machine_s_name_is_offered_where_it_can_be_a_station_s(string machine, string name) => Assert.Equal(name, MachineFacts.Name(machine));

    [Fact]
    public void A_model_s_name_is_what_a_broker_takes() => Assert.Equal(("Dell OptiPlex", 64), (MachineFacts.Model(" Dell\u0007 Opti\u00e9Plex "), MachineFacts.Model(new string('x', 200)).Length));

    private static string Key(PublicKey key) => Convert.ToHexString(key.ExportSubjectPublicKeyInfo());
}
