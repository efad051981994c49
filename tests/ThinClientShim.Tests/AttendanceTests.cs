using System.Net;
using System.Net.Sockets;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Orders;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What a station says of itself, and what it does when the helpdesk orders it: on a real X screen.</summary>
public sealed class AttendanceTests : AtAGreeter
{
    private ScriptedAttendance Attendance => Station.Desk.Attendance ??= new();

    [Fact]
    public async Task A_station_says_how_it_is_and_obeys_over_a_desktop()
    {
        _ = Attendance;
        await using var screen = await GreetAsync();
        await Attendance.IsAsync(StationActivity.Free);
        var hello = Assert.Single(Attendance.Hellos);
        Assert.NotEqual("", hello.Version);
        Assert.All(hello.Macs, mac => Assert.Matches("^([0-9a-f]{2}:){5}[0-9a-f]{2}$", mac));
        Assert.True(Attendance.Statuses.Last().BrokerRoundTrip.ToTimeSpan() > TimeSpan.Zero);
        Assert.Equal(OutcomeKind.NotNow, (await Attendance.OrderAsync(new Order { SignOut = new SignOutNow() })).Kind);

        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        await Attendance.IsAsync(StationActivity.Desktop);
        var low = (await screen.BannerAsync())?.Height ?? 0;
        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { Message = new ShowMessage { Text = "Le service redémarre à midi." } })).Kind);
        await Eventually.HoldsAsync("the message over the desktop", TestStation.Deadline, async () => (await screen.BannerAsync())?.Height > low + 10);

        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { Lock = new LockNow() })).Kind);
        await Attendance.IsAsync(StationActivity.Locked);
        await Station.StepAsync(Page + "SignIn", 2);
        await screen.TypeAsync(Station.Desk.Password + "\n");
        await Station.StepAsync("active", 2);
        await Attendance.IsAsync(StationActivity.Desktop);
        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { SignOut = new SignOutNow() })).Kind);
        await Attendance.IsAsync(StationActivity.Free);
        Assert.Equal(Closing.SignOut, Station.Desk.Closes.Last().Closing);
    }

    [Fact]
    public async Task A_message_and_the_station_s_name_stand_on_the_page_where_nobody_is_signed_in()
    {
        _ = Attendance;
        await using var screen = await GreetAsync();
        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { Show = new ShowName() })).Kind);
        await Station.StepAsync(Page + "SignIn", 2);
        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { Message = new ShowMessage { Text = "Bonjour" } })).Kind);
        await Station.StepAsync(Page + "SignIn", 3);
        // Who comes meanwhile signs in as ever.
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
    }

    [Fact]
    public async Task A_restart_is_obeyed_once_also_when_the_order_comes_again_after_it()
    {
        _ = Attendance;
        var state = Directory.CreateDirectory(Station.At("state")).FullName;
        var restart = Script("restart", $"echo restarted >> {Station.At("restarts")}");
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], $"state = {state}\nrestart = {restart}");
        var first = await Attendance.OrderAsync(new Order { OrderId = "41", Restart = new Restart() });
        Assert.Equal(OutcomeKind.Done, first.Kind);
        Station.Process.Send(Signal.Terminate);
        Assert.Equal(0, await Station.ExitAsync());
        Station.Start([broker.Address], $"state = {state}\nrestart = {restart}");
        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { OrderId = "41", Restart = new Restart() })).Kind);
        Assert.Equal(["restarted"], File.ReadLines(Station.At("restarts")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(state, "orders")));
    }

    [Fact]
    public async Task A_station_that_could_not_remember_it_starts_nothing_anew()
    {
        _ = Attendance;
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], $"state = {Station.At("nowhere")}\nrestart = {Script("restart", $"touch {Station.At("restarts")}")}\nshut-down = /bin/false");
        var told = await Attendance.OrderAsync(new Order { Restart = new Restart() });
        Assert.Equal(OutcomeKind.Failed, told.Kind);
        Assert.Contains("cannot be written", told.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Station.At("restarts")));
    }

    [Fact]
    public async Task What_does_not_work_is_said_and_a_report_tells_of_the_machine_and_the_way_to_each_host()
    {
        _ = Attendance;
        var state = Directory.CreateDirectory(Station.At("state")).FullName;
        using var host = new TcpListener(IPAddress.Loopback, 0);
        host.Start();
        using var neighbour = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], $"state = {state}\nshut-down = /bin/false\nwake = {neighbour.Client.LocalEndPoint}");
        var off = await Attendance.OrderAsync(new Order { ShutDown = new ShutDown() });
        Assert.Equal(OutcomeKind.Failed, off.Kind);
        Assert.Contains("ended with 1", off.Text, StringComparison.Ordinal);
        Assert.Equal(OutcomeKind.NotNow, (await Attendance.OrderAsync(new Order { Lock = new LockNow() })).Kind);
        Assert.Equal(OutcomeKind.Unknown, (await Attendance.OrderAsync(new Order())).Kind);

        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { Wake = new WakeNeighbour { Macs = { "52:54:00:12:34:56" } } })).Kind);
        using var late = new CancellationTokenSource(TestStation.Deadline);
        var packet = (await neighbour.ReceiveAsync(late.Token)).Buffer;
        Assert.Equal(102, packet.Length);
        Assert.All(packet[..6], part => Assert.Equal(255, part));
        Assert.All(packet[6..].Chunk(6), part => Assert.Equal([0x52, 0x54, 0x00, 0x12, 0x34, 0x56], part));

        var report = await Attendance.OrderAsync(new Order { Collect = new CollectReport { Hosts = { $"{host.LocalEndpoint}", "127.0.0.1:1", "nonsense" } } });
        Assert.Equal(OutcomeKind.Done, report.Kind);
        Assert.Contains($"host {host.LocalEndpoint}: reached in", report.Text, StringComparison.Ordinal);
        Assert.Contains("host 127.0.0.1:1: ConnectionRefused", report.Text, StringComparison.Ordinal);
        Assert.Contains("memory: ", report.Text, StringComparison.Ordinal);
        Assert.Contains("processor: ", report.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_are_changed_by_order_once_nobody_sits_there_are_kept_and_are_taken_back()
    {
        _ = Attendance;
        var state = Directory.CreateDirectory(Station.At("state")).FullName;
        await using var screen = await GreetAsync($"state = {state}\nlanguage = fr");
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        var changed = await ChangeAsync(("language", "en"), ("city", "Town of Drancy"), ("greeter-idle", "30"));
        Assert.Equal(OutcomeKind.Done, changed.Kind);
        Assert.Contains("language = en; city = Town of Drancy; greeter-idle = 30", changed.Text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(state, "settings")));
        await Attendance.IsAsync(StationActivity.Desktop);
        Assert.DoesNotContain("settings-changed", Station.JournalText, StringComparison.Ordinal);

        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { SignOut = new SignOutNow() })).Kind);
        await Station.StepAsync("settings-changed");
        await Station.StepAsync(Page + "SignIn", 3);
        Assert.Contains("ordered: language = en", (await Attendance.OrderAsync(new Order { Collect = new CollectReport() })).Text, StringComparison.Ordinal);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active", 2);
        Assert.Equal("en", Station.Desk.SignIns.Last().Language);

        Assert.Contains("as in the station's own file", (await ChangeAsync(("language", ""), ("city", ""), ("greeter-idle", ""))).Text, StringComparison.Ordinal);
        Assert.Equal("", File.ReadAllText(Path.Combine(state, "settings")));
    }

    [Fact]
    public async Task A_change_of_settings_with_anything_wrong_changes_nothing_and_a_wrong_broker_makes_no_station_deaf()
    {
        _ = Attendance;
        var state = Directory.CreateDirectory(Station.At("state")).FullName;
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], $"state = {state}");
        ((string, string)[] Wish, string Why)[] wrong =
        [
            ([("restart", "rm -rf /"), ("language", "en")], "'restart' is no setting that an order may change; those are broker, language"),
            ([("language", "en"), ("size", "12x12")], "12x12"),
            ([("language", "xx")], "xx"),
            ([("language", "en"), ("language", "fr")], "language"),
            ([("city", "a\nrestart = rm -rf /")], "printable"),
            ([("broker", "http://127.0.0.1:1")], "http://127.0.0.1:1"),
            ([], "no setting"),
        ];
        foreach (var (wish, why) in wrong)
        {
            var told = await ChangeAsync(wish);
            Assert.Equal(OutcomeKind.Failed, told.Kind);
            Assert.Contains(why, told.Text, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(Path.Combine(state, "settings")));

        Assert.Equal(OutcomeKind.Done, (await ChangeAsync(("broker", "https://127.0.0.1:1"))).Kind);
        await Station.StepAsync("settings-changed");
        Assert.Contains("ordered: broker = https://127.0.0.1:1", (await Attendance.OrderAsync(new Order { Collect = new CollectReport() })).Text, StringComparison.Ordinal);
        // What an older or newer shim left there stops nobody.
        Station.Process.Send(Signal.Terminate);
        Assert.Equal(0, await Station.ExitAsync());
        File.WriteAllText(Path.Combine(state, "settings"), "restart = /bin/false\nsize = 1x1\nnonsense\n");
        Station.Start([broker.Address], $"state = {state}");
        Assert.DoesNotContain("ordered", (await Attendance.OrderAsync(new Order { Collect = new CollectReport() })).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_book_of_orders_keeps_the_newest_and_survives_a_torn_line()
    {
        var folder = Directory.CreateDirectory(Station.At("book")).FullName;
        var book = new OrderBook(folder);
        for (var order = 1; order <= 100; order++) Assert.True(book.Begin($"{order}"));
        book.End("100", OutcomeKind.Failed);
        File.AppendAllText(Path.Combine(folder, "orders"), "101 Do");
        var again = new OrderBook(folder);
        Assert.Equal((OutcomeKind.Failed, OutcomeKind.Done, null, null), (again.Find("100"), again.Find("99"), again.Find("1"), again.Find("101")));
    }

    private Task<OrderOutcome> ChangeAsync(params (string Name, string Value)[] wish) => Attendance.OrderAsync(new Order
    {
        Change = new ChangeSettings { Settings = { wish.Select(one => new StationSetting { Name = one.Name, Value = one.Value }) } },
    });

    private string Script(string name, string line)
    {
        var file = Station.Write(name, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
