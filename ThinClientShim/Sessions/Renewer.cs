using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sessions;

/// <summary>Renews the station's certificate when two thirds of its life are over, with a fresh key, whoever sits there. Nobody is told: the one that it has is good for a third of its life still.</summary>
/// <param name="identity">The station's.</param>
/// <param name="brokers">Asked, and connected to anew.</param>
/// <param name="journal">Told the steps.</param>
/// <param name="clock">The station's.</param>
/// <param name="ended">Told once when the certificate has ended and no broker renews it: the station must be admitted anew.</param>
internal sealed class Renewer(StationIdentity identity, BrokerRing brokers, Journal journal, TimeProvider clock, Action ended)
{
    private const double DueAfter = 2.0 / 3;

    // Stations that were admitted in one morning do not all come in one minute of another.
    private const double Spread = 1.0 / 20;

    /// <summary>A clock that is set, or a machine that slept, is noticed after so long.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(20);
    private static readonly Pause BetweenTries = new(TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));

    /// <summary>Runs until the station ends, or its certificate.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!identity.IsKeptHere) return;
        var (draw, failures) = (Random.Shared.NextDouble(), 0);
        while (!stop.IsCancellationRequested)
        {
            var left = Due(identity.Certificate!, draw) - clock.GetUtcNow();
            var rest = left < Look ? left : Look;
            if (left <= TimeSpan.Zero)
            {
                var became = await RenewAsync(stop);
                failures = became == Renewal.Done ? 0 : failures + 1;
                // Asked once more after its end: by a broker's clock it may be good still, and where the broker says that it is young this station's clock is wrong.
                if (became == Renewal.Failed && !stop.IsCancellationRequested && UntilEnd() <= TimeSpan.Zero)
                {
                    journal.Step("certificate-ended");
                    ended();
                    return;
                }
                draw = Random.Shared.NextDouble();
                // Not at once in any case: whatever a certificate says of its time.
                rest = BetweenTries.After(failures + 1);
                if (UntilEnd() is var end && end > TimeSpan.Zero && end < rest) rest = end;
            }
            await Task.Delay(rest, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan UntilEnd() => new DateTimeOffset(identity.Certificate!.NotAfter) - clock.GetUtcNow();

    /// <summary>When a certificate is renewed.</summary>
    /// <param name="certificate">It.</param>
    /// <param name="draw">From 0 to 1.</param>
    public static DateTimeOffset Due(X509Certificate2 certificate, double draw)
    {
        var (from, until) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        return from + ((until - from) * (DueAfter + (Spread * draw)));
    }

    private async Task<Renewal> RenewAsync(CancellationToken stop)
    {
        try
        {
            var request = Request();
            var reply = await brokers.AskAsync("renew", Within, async (broker, options) => await broker.Enrolment.RenewAsync(request, options), stop);
            // Empty: the station has it on its disk, and fell just before it was shown.
            if (reply.Certificate.Length > 0) identity.Adopt(reply.Certificate);
            brokers.Renew();
            // Asked once more, by a connection that shows it: from now on the former one is good for nothing, wherever a copy of it is.
            await brokers.AskAsync("renewed", Within, async (broker, options) => await broker.Enrolment.RenewAsync(request, options), stop);
            journal.Step($"renewed until={identity.Certificate!.NotAfter.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}");
            return Renewal.Done;
        }
        catch (RefusedException early) when (early.Detail.Code == ErrorCode.RenewalTooEarly)
        {
            journal.Step("renewal-refused: a broker says that it is too early; look at this station's clock");
            return Renewal.TooEarly;
        }
        catch (RefusedException refusal)
        {
            journal.Step(refusal.Detail.Code == ErrorCode.CertificateCopied ? "renewal-refused: another machine has renewed this station's certificate" : $"renewal-refused code={refusal.Detail.Code}");
        }
        catch (Exception fault) when (fault is NoBrokerException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            journal.Step($"renewal-failed why={fault.Message}");
        }
        catch (OperationCanceledException)
        {
            // The station ends.
        }
        return Renewal.Failed;
    }

    private enum Renewal
    {
        Done,
        Failed,
        TooEarly,
    }

    private RenewRequest Request()
    {
        using var key = identity.NextKey();
        return new RenewRequest { SigningRequest = ByteString.CopyFrom(new CertificateRequest("CN=station", key, HashAlgorithmName.SHA256).CreateSigningRequest()) };
    }
}
