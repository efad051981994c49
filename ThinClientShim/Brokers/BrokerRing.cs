using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Brokers;

/// <summary>
/// The city's brokers. A call goes to the one that answered last; when it is dead, hangs or says "ask another", to the next: safe for the
/// calls that may be repeated. One that may not (a change of password) goes by <see cref="AskOnceAsync"/> to one broker only.
/// </summary>
/// <param name="settings">The brokers, and whom to trust.</param>
/// <param name="identity">Who the station is; asked with each new connection.</param>
/// <param name="journal">Told what fails.</param>
internal sealed class BrokerRing(StationSettings settings, Func<X509Certificate2> identity, Journal journal) : IDisposable
{
    /// <summary>A call with several brokers to choose from: how long one may take to be connected to, or to show life.</summary>
    private static readonly TimeSpan Brisk = TimeSpan.FromSeconds(0.9);

    /// <summary>The same where there is no other broker, or all have failed once: a broker that is only slow must not be dropped for it.</summary>
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(5);

    /// <summary>"Come back in n s" is waited for here up to this, so many times; what takes longer is for the caller, and the person, to know.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);

    private const int ShortWaits = 3;
    private const int Rounds = 3;
    private static readonly Pause BetweenRounds = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2));

    private readonly Broker?[] _brokers = new Broker?[settings.Brokers.Count];
    private readonly TimeSpan[] _connectWithin = [.. settings.Brokers.Select(_ => settings.Brokers.Count > 1 ? Brisk : Patient)];
    private readonly List<Broker> _retired = [];
    private readonly Lock _gate = new();
    private int _current;

    /// <summary>For a station that is who its settings say.</summary>
    public BrokerRing(StationSettings settings, Journal journal)
        : this(settings, () => settings.Identity.Certificate ?? throw new InvalidOperationException("the station was not admitted yet"), journal)
    {
    }

    /// <summary>How many brokers the station knows.</summary>
    public int Count => _brokers.Length;

    /// <summary>The broker that answered last, or the first.</summary>
    public Broker Current => At(Volatile.Read(ref _current));

    /// <summary>Asks the brokers, one after another, until one answers.</summary>
    /// <param name="what">Name of the call, for the journal.</param>
    /// <param name="within">Longest wait for the answer over all brokers.</param>
    /// <param name="call">The call; begun anew at each broker.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="RefusedException">A broker said no, and another would say the same.</exception>
    /// <exception cref="NoBrokerException">
    /// None could be reached in <see cref="Rounds"/> rounds, none answered in time, or as many as there are said that they do not know the call.
    /// </exception>
    public async Task<T> AskAsync<T>(string what, TimeSpan within, Func<Broker, CallOptions, Task<T>> call, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        ErrorDetail? lastWord = null;
        var (older, waits) = (0, 0);
        for (var round = 1; round <= Rounds && clock.Elapsed < within; round++)
        {
            if (round > 1) await Task.Delay(Least(BetweenRounds.AfterAsked(round - 1, lastWord?.RetryAfter?.ToTimeSpan()), within - clock.Elapsed), cancel);
            for (var n = 0; n < Count && clock.Elapsed < within; n++)
            {
                var index = Volatile.Read(ref _current);
                var broker = At(index);
                try
                {
                    return await TryAsync(broker, within - clock.Elapsed, round == 1 && Count > 1 ? Brisk : Patient, call, cancel);
                }
                catch (RpcException failure)
                {
                    cancel.ThrowIfCancellationRequested();
                    var detail = Refusal.Of(failure);
                    journal.Step($"broker-failed call={what} broker={broker.Address.Authority} status={failure.StatusCode} why={failure.Status.Detail}");
                    if (detail is { Retry: Retry.Later, RetryAfter: { } asked } && asked.ToTimeSpan() <= ShortWait && clock.Elapsed + 2 * asked.ToTimeSpan() < within && ++waits <= ShortWaits)
                    {
                        await Task.Delay(Pause.AtLeast(asked.ToTimeSpan()), cancel);
                        n--;
                        continue;
                    }
                    if (detail is not null && detail.Retry != Retry.OtherBroker) throw new RefusedException(detail);
                    var isOlder = Refusal.IsOfAnOlderBroker(failure);
                    if (isOlder && ++older == Count) throw new NoBrokerException(Missing.Call);
                    lastWord = detail ?? lastWord;
                    MoveOn(index, patience: detail is null && !isOlder);
                }
            }
        }
        if (lastWord is not null) throw new RefusedException(lastWord);
        throw new NoBrokerException(clock.Elapsed >= within ? Missing.Answer : Missing.Connection);
    }

    /// <summary>
    /// Finds a broker that is there, and sends it a call that would be told something else the second time. Another is asked only where
    /// nothing was done: before the call is sent, and after a broker that does not know it.
    /// </summary>
    /// <param name="what">Name of the call, for the journal.</param>
    /// <param name="within">Longest wait for the answer, the search for a broker included.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="RefusedException">The broker said no; nothing was done.</exception>
    /// <exception cref="NoBrokerException">There was no broker to send it to, or none that knows it; nothing was done.</exception>
    /// <exception cref="OutcomeUnknownException">It was sent, and whether it was done is not known; also when <paramref name="cancel"/> came after that.</exception>
    public async Task<T> AskOnceAsync<T>(string what, TimeSpan within, Func<Broker, CallOptions, Task<T>> call, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        for (var asked = 1; ; asked++)
        {
            var broker = await AskAsync("meet", within - clock.Elapsed, (one, options) => one.MeetAsync(options), cancel);
            try
            {
                return await TryAsync(broker, within - clock.Elapsed, Patient, call, cancel);
            }
            catch (Exception failure) when (failure is RpcException or OperationCanceledException)
            {
                var answer = failure as RpcException;
                var detail = answer is null ? null : Refusal.Of(answer);
                journal.Step($"broker-failed call={what} broker={broker.Address.Authority} status={answer?.StatusCode} why={answer?.Status.Detail}");
                if (detail is null || detail.Retry == Retry.OtherBroker) LeaveBehind(broker);
                if (answer is not null && Refusal.IsOfAnOlderBroker(answer))
                {
                    if (asked < Count) continue;
                    throw new NoBrokerException(Missing.Call);
                }
                if (detail is null || Refusal.LeavesOpen(detail)) throw new OutcomeUnknownException(detail);
                throw new RefusedException(detail);
            }
        }
    }

    /// <summary>Leaves a broker that failed, unless another call has done so already.</summary>
    public void LeaveBehind(Broker broker)
    {
        var index = Volatile.Read(ref _current);
        if (ReferenceEquals(At(index), broker)) MoveOn(index, patience: false);
    }

    /// <summary>
    /// From now on calls go by new connections. The network was cut and is back: those from before are dead, or wait for what was lost, and so would every call on them; or they show a certificate that is good no more.
    /// </summary>
    public void Renew()
    {
        lock (_gate)
        {
            // Those of the last time: whoever was on them has come to a newer one since.
            foreach (var old in _retired) old.Dispose();
            _retired.Clear();
            _retired.AddRange(_brokers.OfType<Broker>());
            Array.Clear(_brokers);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var broker in _brokers.Concat(_retired)) broker?.Dispose();
    }

    private static async Task<T> TryAsync<T>(Broker broker, TimeSpan within, TimeSpan patience,
        Func<Broker, CallOptions, Task<T>> call, CancellationToken cancel)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var answer = call(broker, new CallOptions(deadline: DateTime.UtcNow + within, cancellationToken: attempt.Token));
        while (!answer.IsCompleted)
        {
            await Task.WhenAny(answer, Task.Delay(patience, attempt.Token));
            if (answer.IsCompleted || attempt.IsCancellationRequested || await broker.AliveAsync(patience, attempt.Token)) continue;
            await attempt.CancelAsync();
        }
        return await answer;
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other > TimeSpan.Zero ? other : TimeSpan.Zero;

    private Broker At(int index)
    {
        lock (_gate) return _brokers[index] ??= new Broker(settings.Brokers[index], settings, identity(), _connectWithin[index]);
    }

    private void MoveOn(int from, bool patience)
    {
        lock (_gate)
        {
            if (patience && _connectWithin[from] != Patient)
            {
                // A new channel takes the new patience; another call may still be on the old one, so that stays until the end.
                _connectWithin[from] = Patient;
                if (_brokers[from] is { } old) _retired.Add(old);
                _brokers[from] = null;
            }
            Interlocked.CompareExchange(ref _current, (from + 1) % Count, from);
        }
    }
}
