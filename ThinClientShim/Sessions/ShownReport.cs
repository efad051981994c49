using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>
/// Tells a broker, once for each desktop, that the first picture is there and what the way to it took. Nobody waits for it, and what becomes of it
/// changes nothing at the station.
/// </summary>
/// <param name="room">What there is to work with; its clock runs from here.</param>
/// <param name="request">What is known before the desktop is connected to.</param>
internal sealed class ShownReport(Room room, ShownRequest request) : IAsyncDisposable
{
    // Some five minutes: an outage may last, and a broker that will never take it is not to be asked all day.
    private const int TriesAllowed = 20;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);
    private static readonly Pause Between = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15));

    private readonly long _since = room.Clock.GetTimestamp();
    private readonly CancellationTokenSource _over = new();
    private Task? _telling;

    /// <summary>The first picture is there now. Said again it does nothing.</summary>
    public void Now()
    {
        if (_telling is not null) return;
        request.ConnectTook = Duration.FromTimeSpan(room.Clock.GetElapsedTime(_since));
        room.Journal.Step($"picture sign-in={Milliseconds(request.SignInTook)} open={Milliseconds(request.OpenTook)} connect={Milliseconds(request.ConnectTook)}");
        _telling = TellAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        if (_telling is not null) await _telling;
        _over.Dispose();
    }

    private static string Milliseconds(Duration? took) => took is null ? "" : $"{(long)took.ToTimeSpan().TotalMilliseconds}";

    private async Task TellAsync()
    {
        try
        {
            // A machine without an agent is only known to be on this screen by this.
            for (var failures = 1; failures <= TriesAllowed; failures++)
            {
                try
                {
                    await room.Calls.ShownAsync(request, Within, _over.Token);
                    room.Journal.Step("shown");
                    return;
                }
                catch (Exception fault) when (fault is NoBrokerException { Why: not Missing.Call } or RefusedException { Detail.Retry: Retry.Later or Retry.OtherBroker })
                {
                    await Task.Delay(Between.After(failures), _over.Token);
                }
            }
        }
        catch (Exception no) when (no is RefusedException or NoBrokerException)
        {
            room.Journal.Step($"refused call=shown why={no.Message}");
        }
        catch (OperationCanceledException)
        {
            // The desktop has gone from the screen.
        }
    }
}
