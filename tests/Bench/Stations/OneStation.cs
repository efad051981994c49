using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Bench.Stations;

/// <summary>A station at the protocol: a connection of its own with the shim's settings (patience, pings), and the shim's waits between tries.</summary>
internal sealed class OneStation : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _firstWordWithin = TimeSpan.FromSeconds(4);
    private readonly GrpcChannel _channel;
    private readonly StationService.StationServiceClient _calls;
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WayBack _way = new(brokers: 1);
    private FollowRequest _request = new();
    private int _tries;
    private int _triesAtMark;

    /// <param name="uri">The server.</param>
    /// <param name="trusted">Whom it must be certified by.</param>
    /// <param name="who">Who the station is.</param>
    public OneStation(string uri, X509Certificate2Collection trusted, SslStreamCertificateContext who)
    {
        _channel = GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            MaxRetryAttempts = null,
            HttpHandler = StationHandler.Make(trusted, who, _patience),
        });
        _calls = new StationService.StationServiceClient(_channel);
    }

    /// <summary>It has heard a server.</summary>
    public Task Heard => _heard.Task;

    /// <summary>It hears a server.</summary>
    public bool Hearing { get; private set; }

    /// <summary>When it began to.</summary>
    public long HearingSince { get; private set; }

    /// <summary>What it was told last.</summary>
    public SessionState Last { get; private set; }

    /// <summary>When; 0 = not since the mark.</summary>
    public long ToldAt { get; private set; }

    /// <summary>Streams begun since the mark.</summary>
    public int Tries => _tries - _triesAtMark;

    /// <summary>True after a word that ends the session.</summary>
    public bool IsOver => Last is SessionState.Moved or SessionState.SignedOut or SessionState.HostLost or SessionState.Expired or SessionState.Forgotten;

    /// <summary>What it is told from now on counts.</summary>
    public void Mark() => (ToldAt, _triesAtMark) = (0, _tries);

    /// <summary>Connects and waits for any answer at all.</summary>
    /// <exception cref="RpcException">There is none.</exception>
    public Task MeetAsync() => AreYouThere.AskAsync(_channel);

    /// <summary>Signs somebody in and gets their desktop.</summary>
    /// <exception cref="RpcException">The broker refuses.</exception>
    public async Task<GivenDesktop> OpenAsync(Sitter person)
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        var signIn = (await _calls.SignInAsync(new SignInRequest { Login = person.Login, Password = person.Password, Language = "fr" }, deadline: deadline)).SignIn;
        using var stream = _calls.Open(new OpenRequest { SignIn = signIn, Language = "fr" }, deadline: deadline);
        await foreach (var reply in stream.ResponseStream.ReadAllAsync())
        {
            if (reply.Desktop is not { } desktop) continue;
            _request = new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Language = "fr" };
            return new GivenDesktop(desktop.Host, desktop.User, desktop.Ticket);
        }
        throw new RpcException(new Status(StatusCode.DataLoss, "the stream ended without a desktop"));
    }

    /// <summary>Follows until it is over or cancelled, as the shim's Follower does with one broker.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && !IsOver)
        {
            TimeSpan? asked = null;
            try
            {
                Interlocked.Increment(ref _tries);
                await HearAsync(cancel);
            }
            catch (RpcException failure)
            {
                asked = ErrorCatalogue.Read(failure)?.RetryAfter?.ToTimeSpan();
            }
            Hearing = false;
            if (IsOver) return;
            await Task.Delay(_way.Next(asked), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task HearAsync(CancellationToken cancel)
    {
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stream.CancelAfter(_firstWordWithin);
        using var call = _calls.Follow(_request, new CallOptions(cancellationToken: stream.Token));
        while (await call.ResponseStream.MoveNext(stream.Token))
        {
            var now = Stopwatch.GetTimestamp();
            if (!Hearing)
            {
                stream.CancelAfter(Timeout.InfiniteTimeSpan);
                (Hearing, HearingSince) = (true, now);
                _heard.TrySetResult();
            }
            _way.Hear(call.ResponseStream.Current);
            (Last, ToldAt) = (call.ResponseStream.Current.State, now);
            if (IsOver) return;
        }
    }
}
