using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sessions;

/// <summary>Has an unknown station admitted: it shows its code and its key's fingerprint, and asks, at any broker, until somebody has said what it is called and where it stands.</summary>
/// <param name="settings">The station's.</param>
/// <param name="person">Whoever stands before it.</param>
/// <param name="journal">Told the steps.</param>
internal sealed class Enrolment(StationSettings settings, IPerson person, Journal journal)
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>The broker says something every 30 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(1);
    private static readonly Pause BetweenTries = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));

    /// <summary>Asks until the station has its certificate, which is on its disk then.</summary>
    /// <exception cref="IOException">Key or certificate cannot be kept.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var key = settings.Identity.NextKey();
        using var stranger = Stranger(key);
        using var brokers = new BrokerRing(settings, () => stranger, journal);
        await using var page = new CodePage(person, Fingerprint(key), stop);
        for (var failures = 0; ;)
        {
            var broker = brokers.Current;
            TimeSpan? asked = null;
            try
            {
                switch (await AskAsync(broker, page, stop))
                {
                    case EnrolReply.StepOneofCase.Accepted: return;
                    case EnrolReply.StepOneofCase.Refused: asked = AfterRefusal; break;
                }
                failures = 0;
            }
            catch (RpcException failure)
            {
                stop.ThrowIfCancellationRequested();
                var detail = Refusal.Of(failure);
                asked = detail?.RetryAfter?.ToTimeSpan();
                journal.Step($"enrol-failed broker={broker.Address.Authority} status={failure.StatusCode} why={failure.Status.Detail}");
                // The code is good for an hour: a broker that goes does not take it from the screen.
                if (!page.IsThere) person.Progress(detail is null ? person.Words["enrol-no-broker"] : Refusals.Text(detail, person.Words));
            }
            brokers.LeaveBehind(broker);
            await Task.Delay(BetweenTries.AfterAsked(++failures, asked), stop);
        }
    }

    private async Task<EnrolReply.StepOneofCase> AskAsync(Broker broker, CodePage page, CancellationToken stop)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(stop);
        silent.CancelAfter(Silence);
        using var call = broker.Enrolment.Enrol(MachineFacts.Ask(person.Words.Language), new CallOptions(cancellationToken: silent.Token));
        while (await call.ResponseStream.MoveNext(silent.Token))
        {
            silent.CancelAfter(Silence);
            var reply = call.ResponseStream.Current;
            switch (reply.StepCase)
            {
                case EnrolReply.StepOneofCase.Waiting:
                    if (await page.ShowAsync(reply.Waiting.Code)) journal.Step($"enrolling code={reply.Waiting.Code}");
                    break;
                case EnrolReply.StepOneofCase.Accepted:
                    await page.HideAsync();
                    settings.Identity.Adopt(reply.Accepted.Certificate);
                    journal.Step($"enrolled name={reply.Accepted.Name}");
                    person.Tell(reply.Accepted.Text);
                    return reply.StepCase;
                case EnrolReply.StepOneofCase.Refused:
                    await page.HideAsync();
                    journal.Step("enrolment-refused");
                    person.Tell(reply.Refused.Text);
                    return reply.StepCase;
            }
        }
        return EnrolReply.StepOneofCase.None;
    }

    /// <summary>A certificate that proves that the key is ours, and nothing else. A machine that has lost its clock must be admitted too, so it holds for ever.</summary>
    private static X509Certificate2 Stranger(ECDsa key)
    {
        var request = new CertificateRequest("CN=unknown station", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientUse)], critical: false));
        return request.CreateSelfSigned(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2199, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    // As openssl prints a SHA-256, four lines of eight pairs: what is compared by eye must not be one long row.
    private static string Fingerprint(ECDsa key) =>
        string.Join('\n', Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo())).Chunk(16).Select(line => string.Join(':', line.Chunk(2).Select(pair => new string(pair)))));

    /// <summary>The code on the screen, for as long as it is the one.</summary>
    private sealed class CodePage(IPerson person, string fingerprint, CancellationToken stop) : IAsyncDisposable
    {
        private CancellationTokenSource? _over;
        private Task _showing = Task.CompletedTask;
        private string _code = "";

        public bool IsThere => _over is not null;

        public async Task<bool> ShowAsync(string code)
        {
            if (_code == code && IsThere) return false;
            await HideAsync();
            (_code, _over) = (code, CancellationTokenSource.CreateLinkedTokenSource(stop));
            _showing = person.ShowCodeAsync(code, fingerprint, _over.Token);
            return true;
        }

        public async Task HideAsync()
        {
            if (_over is null) return;
            await _over.CancelAsync();
            await _showing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _over.Dispose();
            _over = null;
        }

        public async ValueTask DisposeAsync() => await HideAsync();
    }
}
