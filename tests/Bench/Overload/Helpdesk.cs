using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.Protocol.Records.V1;

namespace VdiBroker.Bench.Overload;

/// <summary>An operator who asks why somebody's sign-in ended so, five times a second: the helpdesk must be served while everybody else is sent away.</summary>
internal sealed class Helpdesk(GrpcChannel channel, string person) : IDisposable
{
    private static readonly TimeSpan _every = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private readonly RecordService.RecordServiceClient _calls = new(channel);

    /// <summary>How long each answer took.</summary>
    public List<TimeSpan> Took { get; } = [];

    /// <summary>Questions without an answer.</summary>
    public int Failed { get; private set; }

    /// <summary>Asks until cancelled.</summary>
    public async Task AskAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var from = Stopwatch.GetTimestamp();
            try
            {
                await _calls.ExplainOpeningAsync(new ExplainOpeningRequest { What = person, Last = 1, Language = "fr" }, deadline: DateTime.UtcNow + _patience, cancellationToken: CancellationToken.None);
                Took.Add(Stopwatch.GetElapsedTime(from));
            }
            catch (RpcException)
            {
                Failed++;
            }
            await Task.Delay(_every, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();
}
