using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>The calls of a station, each with its deadline, to whichever broker answers.</summary>
/// <param name="brokers">Who are asked.</param>
/// <param name="language">In which language the answers are wanted now.</param>
internal sealed class Calls(BrokerRing brokers, Func<string> language)
{
    private static readonly TimeSpan SignInWithin = TimeSpan.FromSeconds(15);
    // A wait in the queue may take as long as the broker allows; it says so at least every 30 s.
    private static readonly TimeSpan OpenWithin = TimeSpan.FromHours(4);
    private const int MostScatterMs = 500;
    private const int TraceDigits = 32;
    private const int SpanDigits = 16;
    private Metadata _trace = [];
    private static readonly TimeSpan SilentFor = TimeSpan.FromMinutes(2);

    /// <summary>Signs a person in. The password is wiped before this returns, whatever happens.</summary>
    public async Task<SignInReply> SignInAsync(string login, byte[] password, CancellationToken cancel)
    {
        var request = new SignInRequest { Login = login, Password = Encoding.UTF8.GetString(password), Language = language() };
        CryptographicOperations.ZeroMemory(password);
        _trace = NewTrace();
        try
        {
            return await brokers.AskAsync("sign-in", SignInWithin,
                async (broker, options) => await broker.Calls.SignInAsync(request, options.WithHeaders(_trace)), cancel);
        }
        finally
        {
            Wipe(request.Password);
            request.Password = "";
        }
    }

    /// <summary>Begins a visit without a name.</summary>
    public Task<SignInReply> BeginVisitAsync(CancellationToken cancel)
    {
        _trace = NewTrace();
        var request = new BeginVisitRequest { Language = language() };
        return brokers.AskAsync("begin-visit", SignInWithin, async (broker, options) => await broker.Calls.BeginVisitAsync(request, options.WithHeaders(_trace)), cancel);
    }

    /// <summary>Asks how one sits down at this station.</summary>
    public Task<WelcomeReply> WelcomeAsync(TimeSpan within, CancellationToken cancel) =>
        brokers.AskAsync("welcome", within, async (broker, options) => await broker.Calls.WelcomeAsync(new WelcomeRequest(), options), cancel);

    /// <summary>
    /// Changes a person's password: asked of one broker, once, since after a change that was made and not heard of the old password is wrong.
    /// Both are wiped before this returns, whatever happens.
    /// </summary>
    /// <exception cref="OutcomeUnknownException">It may have been changed, or be changed yet.</exception>
    public async Task ChangePasswordAsync(string login, byte[] old, byte[] wanted, CancellationToken cancel)
    {
        var request = new ChangePasswordRequest { Login = login, OldPassword = Encoding.UTF8.GetString(old), NewPassword = Encoding.UTF8.GetString(wanted), Language = language() };
        CryptographicOperations.ZeroMemory(old);
        CryptographicOperations.ZeroMemory(wanted);
        try
        {
            await brokers.AskOnceAsync("change-password", SignInWithin,
                async (broker, options) => await broker.Calls.ChangePasswordAsync(request, options), cancel);
        }
        finally
        {
            Wipe(request.OldPassword);
            Wipe(request.NewPassword);
            (request.OldPassword, request.NewPassword) = ("", "");
        }
    }

    /// <summary>Finds or makes the desktop.</summary>
    /// <param name="request">The sign-in and the pool.</param>
    /// <param name="waiting">Told each step of the wait: preparing or queued.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Desktop> OpenAsync(OpenRequest request, Action<OpenReply> waiting, CancellationToken cancel)
    {
        request.Language = language();
        while (true)
        {
            var heard = false;
            try
            {
                return await brokers.AskAsync("open", OpenWithin, (broker, options) => OpenAtAsync(broker, options, request, reply =>
                {
                    heard = true;
                    waiting(reply);
                }), cancel);
            }
            catch (NoBrokerException) when (heard)
            {
                // Over hours in a queue every broker may have been replaced, one after another: that is no reason to give the place up.
            }
        }
    }

    private async Task<Desktop> OpenAtAsync(Broker broker, CallOptions options, OpenRequest request, Action<OpenReply> waiting)
    {
        var heard = false;
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        silent.CancelAfter(SilentFor);
        using var call = broker.Calls.Open(request, options.WithCancellationToken(silent.Token).WithHeaders(_trace));
        try
        {
            while (await call.ResponseStream.MoveNext(silent.Token))
            {
                heard = true;
                silent.CancelAfter(SilentFor);
                if (call.ResponseStream.Current is { Desktop: { } desktop })
                {
                    // Without the pin FreeRDP would have nothing to refuse a stranger by.
                    if (desktop.CertificateSha256.Length == SHA256.HashSizeInBytes) return desktop;
                    throw new RpcException(new Status(StatusCode.DataLoss, "a desktop without the SHA-256 of its host's certificate"));
                }
                waiting(call.ResponseStream.Current);
            }
            throw new RpcException(new Status(StatusCode.Unavailable, "the stream ended without a desktop"));
        }
        catch (RpcException cut) when (heard && Refusal.Of(cut) is not { Retry: not Retry.OtherBroker } && !options.CancellationToken.IsCancellationRequested)
        {
            // All who waited at that broker go to the next: not in the same instant, and well within the 5 s for which the place is kept.
            await Task.Delay(Random.Shared.Next(MostScatterMs), options.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>Keeps what the person chose.</summary>
    public Task PreferAsync(PreferRequest request, TimeSpan within, CancellationToken cancel) =>
        brokers.AskAsync("prefer", within, async (broker, options) => await broker.Calls.PreferAsync(request, options.WithHeaders(_trace)), cancel);

    /// <summary>Puts off the end that was announced.</summary>
    public Task<ExtendReply> ExtendAsync(ExtendRequest request, TimeSpan within, CancellationToken cancel)
    {
        request.Language = language();
        return brokers.AskAsync("extend", within, async (broker, options) => await broker.Calls.ExtendAsync(request, options), cancel);
    }

    /// <summary>Tells the helpdesk.</summary>
    public Task<CallForHelpReply> CallForHelpAsync(CallForHelpRequest request, TimeSpan within, CancellationToken cancel)
    {
        request.Language = language();
        return brokers.AskAsync("call-for-help", within, async (broker, options) => await broker.Calls.CallForHelpAsync(request, options), cancel);
    }

    /// <summary>Tells that the first picture is there.</summary>
    public Task ShownAsync(ShownRequest request, TimeSpan within, CancellationToken cancel) =>
        brokers.AskAsync("shown", within, async (broker, options) => await broker.Calls.ShownAsync(request, options.WithHeaders(_trace)), cancel);

    /// <summary>Leaves or signs out.</summary>
    public Task CloseAsync(CloseRequest request, TimeSpan within, CancellationToken cancel) =>
        brokers.AskAsync("close", within, async (broker, options) => await broker.Calls.CloseAsync(request, options.WithHeaders(_trace)), cancel);

    // One trace for the sign-in and what follows (W3C Trace Context); the broker tells the station's own span, which has this number, with the first picture.
    private static Metadata NewTrace() =>
        new() { { "traceparent", $"00-{RandomNumberGenerator.GetHexString(TraceDigits, lowercase: true)}-{RandomNumberGenerator.GetHexString(SpanDigits, lowercase: true)}-01" } };

    // A string of our own making that nobody else holds: wiping it in place is safe, waiting for the collector is not. The empty one is everybody's.
    private static void Wipe(string secret)
    {
        if (secret.Length > 0) MemoryMarshal.AsMemory(secret.AsMemory()).Span.Clear();
    }
}
