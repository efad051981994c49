using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;

namespace VdiBroker.Shim.Orders;

/// <summary>What came of an order.</summary>
/// <param name="Kind">In a word.</param>
/// <param name="Text">For the helpdesk, lines.</param>
internal sealed record Obeyed(OutcomeKind Kind, string Text = "");

/// <summary>Carries out what the helpdesk orders.</summary>
/// <param name="room">What there is to work with.</param>
internal sealed class OrderActs(Room room)
{
    private const int LongestReport = 8000;
    private const int MacBytes = 6;
    private const int MacTimes = 16;
    private const int MostHosts = 64;
    private static readonly TimeSpan _toEnd = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _toStart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _toConnect = TimeSpan.FromSeconds(2);

    /// <summary>True for one that is harmful when it is acted on twice, with a restart of this program in between.</summary>
    public static bool MustBeOnDisk(Order order) => order.ActCase is Order.ActOneofCase.Restart or Order.ActOneofCase.ShutDown;

    /// <summary>True for one that changes nothing here: it is answered as often as it comes.</summary>
    public static bool IsQuestion(Order order) => order.ActCase is Order.ActOneofCase.Collect;

    /// <summary>Carries one out.</summary>
    public async Task<Obeyed> RunAsync(Order order, CancellationToken cancel)
    {
        switch (order.ActCase)
        {
            case Order.ActOneofCase.Message:
                room.Scene.Say(room.Person.Words["helpdesk-says", order.Message.Text]);
                return new Obeyed(OutcomeKind.Done);
            case Order.ActOneofCase.Show:
                room.Scene.Say(room.Person.Words["this-station", room.Settings.StationName]);
                return new Obeyed(OutcomeKind.Done);
            case Order.ActOneofCase.SignOut:
                return await WantAsync(Wish.SignOut, StationActivity.Free, cancel);
            case Order.ActOneofCase.Lock:
                if (!room.Scene.CanLock) return new Obeyed(OutcomeKind.NotNow, "this station has no greeter that could ask for the password again");
                return room.Scene.Activity == StationActivity.Locked ? new Obeyed(OutcomeKind.Done) : await WantAsync(Wish.Lock, StationActivity.Locked, cancel);
            case Order.ActOneofCase.Restart:
                return await StartAsync(room.Settings.Restart, cancel);
            case Order.ActOneofCase.ShutDown:
                return await StartAsync(room.Settings.ShutDown, cancel);
            case Order.ActOneofCase.Wake:
                return await WakeAsync(order.Wake.Macs, cancel);
            case Order.ActOneofCase.Change:
                return Change(order.Change.Settings);
            case Order.ActOneofCase.Collect:
                return await CollectAsync(order.Collect.Hosts, cancel);
            default:
                return new Obeyed(OutcomeKind.Unknown, "this shim is older than the order");
        }
    }

    private Obeyed Change(IEnumerable<StationSetting> settings)
    {
        if (room.Settings.Layers?.Change([.. settings.Select(one => KeyValuePair.Create(one.Name, one.Value))]) is not { } changed) return new Obeyed(OutcomeKind.Failed, "this station keeps no settings of orders");
        if (changed.IsKept) room.Scene.SettingsChanged();
        return new Obeyed(changed.IsKept ? OutcomeKind.Done : OutcomeKind.Failed, Lines(changed.Text));
    }

    private async Task<Obeyed> WantAsync(Wish wish, StationActivity wanted, CancellationToken cancel)
    {
        if (room.Scene.Activity is not (StationActivity.Desktop or StationActivity.Opening) || !room.Scene.Want(wish)) return new Obeyed(OutcomeKind.NotNow, "nobody is signed in");
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < _toEnd)
        {
            var changed = room.Scene.ChangedAsync();
            if (room.Scene.Activity == wanted) return new Obeyed(OutcomeKind.Done);
            await Task.WhenAny(changed, Task.Delay(_toEnd - clock.Elapsed, cancel));
            cancel.ThrowIfCancellationRequested();
        }
        return new Obeyed(OutcomeKind.Failed, string.Create(CultureInfo.InvariantCulture, $"it is still {room.Scene.Activity.ToString().ToLowerInvariant()} after {_toEnd.TotalSeconds:0} s"));
    }

    // Not the shim's business how a machine is switched off: the command is the station's, with the rights that its account has.
    private static async Task<Obeyed> StartAsync(string command, CancellationToken cancel)
    {
        var parts = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(parts[0], parts[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true });
            if (process is null) return new Obeyed(OutcomeKind.Failed, $"'{command}' did not start");
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            late.CancelAfter(_toStart);
            var said = await process.StandardError.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return process.ExitCode == 0 ? new Obeyed(OutcomeKind.Done) : new Obeyed(OutcomeKind.Failed, string.Create(CultureInfo.InvariantCulture, $"'{command}' ended with {process.ExitCode}: {Lines(said)}"));
        }
        catch (Win32Exception fault)
        {
            return new Obeyed(OutcomeKind.Failed, $"'{command}': {fault.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Obeyed(OutcomeKind.Failed, $"'{command}' has not ended yet");
        }
    }

    private async Task<Obeyed> WakeAsync(IReadOnlyCollection<string> macs, CancellationToken cancel)
    {
        var packets = macs.Select(PacketFor).OfType<byte[]>().ToList();
        if (packets.Count == 0) return new Obeyed(OutcomeKind.Failed, "no hardware address like 52:54:00:12:34:56 is in the order");
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
            foreach (var packet in packets) await socket.SendToAsync(packet, room.Settings.WakeBy, cancel);
            return new Obeyed(OutcomeKind.Done, "a packet does not tell whether it has woken anybody");
        }
        catch (SocketException fault)
        {
            return new Obeyed(OutcomeKind.Failed, fault.Message);
        }
    }

    // AMD's magic packet: six bytes FF, then the address sixteen times.
    private static byte[]? PacketFor(string mac)
    {
        var parts = mac.Split(':');
        var address = new byte[MacBytes];
        if (parts.Length != MacBytes) return null;
        for (var n = 0; n < MacBytes; n++)
            if (!byte.TryParse(parts[n], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address[n])) return null;
        return [.. Enumerable.Repeat(byte.MaxValue, MacBytes), .. Enumerable.Repeat(address, MacTimes).SelectMany(part => part)];
    }

    private async Task<Obeyed> CollectAsync(IReadOnlyCollection<string> hosts, CancellationToken cancel)
    {
        List<string> lines = [$"station: {room.Settings.StationName}, {room.Scene.Activity.ToString().ToLowerInvariant()}", .. Machine.Lines(), .. (room.Settings.Layers?.Ordered ?? []).Select(one => $"ordered: {one}")];
        foreach (var broker in room.Settings.Brokers) lines.Add($"broker {broker.Authority}: {await ConnectAsync(new DnsEndPoint(broker.Host, broker.Port), cancel)}");
        foreach (var host in hosts.Take(MostHosts))
            lines.Add(IPEndPoint.TryParse(host, out var at) && at.Port > 0 ? $"host {host}: {await ConnectAsync(at, cancel)}"
                : Uri.TryCreate($"tcp://{host}", UriKind.Absolute, out var named) && named.Port > 0 ? $"host {host}: {await ConnectAsync(new DnsEndPoint(named.Host, named.Port), cancel)}" : "host: an address that is none");
        lines.AddRange(room.Journal.Troubles().Select(line => $"trouble: {line}"));
        return new Obeyed(OutcomeKind.Done, Lines(string.Join('\n', lines)));
    }

    private static async Task<string> ConnectAsync(EndPoint where, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(_toConnect);
        var clock = Stopwatch.StartNew();
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(where, late.Token);
            return string.Create(CultureInfo.InvariantCulture, $"reached in {clock.Elapsed.TotalMilliseconds:0.0} ms");
        }
        catch (SocketException fault)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{fault.SocketErrorCode} after {clock.Elapsed.TotalMilliseconds:0} ms");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {_toConnect.TotalSeconds:0} s");
        }
    }

    // What a broker takes: printable characters in lines, not too many.
    private static string Lines(string text)
    {
        var plain = new StringBuilder();
        foreach (var sign in text.Where(sign => sign == '\n' || !(char.IsControl(sign) || char.IsSurrogate(sign) || char.GetUnicodeCategory(sign) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)))
            if (plain.Length < LongestReport) plain.Append(sign);
        return plain.ToString();
    }
}
