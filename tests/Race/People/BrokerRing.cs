using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.City.Callers;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Race.People;

/// <summary>What came of a call. Closed.</summary>
internal abstract record Answer<T>
{
    private Answer()
    {
    }

    /// <summary>A broker did it.</summary>
    public sealed record Done(T Value) : Answer<T>;

    /// <summary>A broker said no.</summary>
    /// <param name="Code">Its word.</param>
    /// <param name="Unsure">An earlier try of the same call was not answered, and may have been carried out.</param>
    public sealed record Refused(ErrorCode Code, bool Unsure) : Answer<T>;

    /// <summary>No broker answered; it may have been done all the same.</summary>
    public sealed record Lost : Answer<T>;
}

/// <summary>A station's way to the brokers: to the one that answered last, from there on to the next, as the shim goes.</summary>
internal sealed class BrokerRing : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan All = TimeSpan.FromSeconds(20);

    private readonly Lazy<GrpcChannel>[] _channels;
    private int _current;

    /// <summary>Prepares; nothing is connected before the first call.</summary>
    public BrokerRing(IReadOnlyList<string> brokers, X509Certificate2Collection trusted, SslStreamCertificateContext station, int first)
    {
        _channels = [.. brokers.Select(uri => new Lazy<GrpcChannel>(() => CityChannel.Open(uri, trusted, station, Silence)))];
        _current = first % brokers.Count;
    }

    /// <summary>Makes a call that may be repeated, at one broker after the other.</summary>
    /// <param name="call">Makes it at one broker.</param>
    /// <param name="each">Longest time at one broker; null = 5 s.</param>
    /// <param name="cancel">Gives up: as <see cref="OperationCanceledException"/>.</param>
    public async Task<Answer<T>> AskAsync<T>(Func<StationService.StationServiceClient, CallOptions, Task<T>> call, TimeSpan? each, CancellationToken cancel)
    {
        ErrorCode? last = null;
        var (failing, tries) = (DateTime.MaxValue, 0);
        while (DateTime.UtcNow - All < failing)
        {
            var (index, began) = (Volatile.Read(ref _current), DateTime.UtcNow);
            try
            {
                var options = new CallOptions(deadline: each == Timeout.InfiniteTimeSpan ? null : DateTime.UtcNow + (each ?? Each), cancellationToken: cancel);
                return new Answer<T>.Done(await call(new StationService.StationServiceClient(_channels[index].Value), options));
            }
            catch (RpcException failure)
            {
                cancel.ThrowIfCancellationRequested();
                var detail = Word(failure);
                if (detail is not null && detail.Retry != Retry.OtherBroker && detail.Code != ErrorCode.Unspecified) return new Answer<T>.Refused(detail.Code, Unsure: tries > 0);
                last = detail?.Code;
                // A stream that has gone well for a while has not failed all that time.
                if (tries++ == 0 || began < DateTime.UtcNow - Each) failing = DateTime.UtcNow;
                Interlocked.CompareExchange(ref _current, (index + 1) % _channels.Length, index);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1000, 50 * tries) + Random.Shared.Next(50)), cancel);
        }
        return last is { } code ? new Answer<T>.Refused(code, Unsure: true) : new Answer<T>.Lost();
    }

    /// <summary>The broker's word about a failed call; null = it was not the broker that spoke.</summary>
    public static ErrorDetail? Word(RpcException failure)
    {
        try
        {
            return failure.Trailers.GetValueBytes("vdi-error-bin") is { } bytes ? ErrorDetail.Parser.ParseFrom(bytes) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in _channels.Where(one => one.IsValueCreated)) channel.Value.Dispose();
    }
}
