using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Checks;
using VdiBroker.Observability;

namespace VdiBroker.Rpc;

/// <summary>
/// Says in time that a certificate ends which this broker lives by: its own, the city's authority, the authority for stations. A gauge, and a line in the log at the start and once a day. It looks at what was read at the start, for
/// that is what callers are shown: a file that was renewed since helps nobody before the broker starts anew.
/// </summary>
internal sealed class CertificateWatch : BackgroundService
{
    private static readonly TimeSpan _urgent = TimeSpan.FromDays(7);
    private static readonly TimeSpan _look = TimeSpan.FromDays(1);
    private readonly ImmutableArray<Watched> _watched;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="tls">Whose files.</param>
    /// <param name="time">What day it is.</param>
    /// <param name="logger">Told.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">One of them is no certificate.</exception>
    public CertificateWatch(TlsOptions tls, TimeProvider time, ILogger<CertificateWatch> logger)
    {
        (_time, _logger) = (time, logger);
        _watched =
        [
            new Watched("broker", X509CertificateLoader.LoadCertificateFromFile(tls.Certificate), (own, now) => TlsCheck.OwnDates(tls, own, now)),
            new Watched("city-ca", X509CertificateLoader.LoadCertificateFromFile(tls.Ca), (ca, now) => TlsCheck.CityDates(tls, ca, now)),
        ];
        if (tls.StationCa is { } stations)
            _watched = _watched.Add(new Watched("stations-ca", X509CertificateLoader.LoadCertificateFromFile(stations), (ca, now) => TlsCheck.StationsDates(stations, ca, now)));
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Instruments.Meter.CreateObservableGauge("vdibroker.certificate.remaining", Remaining, "s", "until a certificate ends by which this broker lives; below 0 = it has ended");
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var one in _watched) Tell(one, _time.GetUtcNow());
            await Task.Delay(_look, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(Watched one, DateTimeOffset now)
    {
        var finding = one.Judge(one.Certificate, now);
        if (finding.Verdict == CheckVerdict.Good) return;
        if (finding.Verdict == CheckVerdict.Bad || one.Left(now) < _urgent) RpcLog.CertificateEndsNow(_logger, finding.What, finding.Where, finding.Message, finding.Remedy);
        else RpcLog.CertificateEnds(_logger, finding.What, finding.Where, finding.Message, finding.Remedy);
    }

    private IEnumerable<Measurement<double>> Remaining() =>
        _watched.Select(one => new Measurement<double>(one.Left(_time.GetUtcNow()).TotalSeconds, new KeyValuePair<string, object?>("vdibroker.certificate", one.Word)));

    private sealed record Watched(string Word, X509Certificate2 Certificate, Func<X509Certificate2, DateTimeOffset, CheckFinding> Judge)
    {
        public TimeSpan Left(DateTimeOffset now) => new DateTimeOffset(Certificate.NotAfter) - now;
    }
}
