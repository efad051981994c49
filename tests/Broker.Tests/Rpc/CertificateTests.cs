using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using VdiBroker.Broker.Tests.Edge;
using VdiBroker.City.Processes;
using VdiBroker.Rpc;
using VdiBroker.Trust;
using Xunit;

namespace VdiBroker.Broker.Tests.Rpc;

/// <summary>Certificates that end, and those of whom no broker lets in: what an operator hears of them.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-ends-").FullName;
    private readonly TlsOptions _tls;

    public CertificateTests()
    {
        var before = new HandClock(DateTimeOffset.UtcNow - TimeSpan.FromDays(10));
        CityAuthority.Create(In("city"), "test-city", before);
        CityAuthority.Create(In("stations"), "test-city", before, forStations: true);
        _tls = new TlsOptions { Ca = In("city/ca.crt"), Certificate = In("b1.crt"), Key = In("b1.key"), StationCa = In("stations/ca.crt") };
        Issue("city", PeerKind.Broker, "b1", 40);
    }

    [Fact]
    public async Task A_certificate_that_ends_is_told_daily_from_30_days_on_and_urgently_from_7_and_a_gauge_has_it_always()
    {
        var (clock, log) = (new HandClock(DateTimeOffset.UtcNow), new KeptLines<CertificateWatch>());
        using var watch = new CertificateWatch(_tls, clock, log);
        await watch.StartAsync(CancellationToken.None);
        await DayAsync(clock, 0);
        Assert.Empty(log.Lines);
        var left = Left();
        Assert.InRange(left["broker"], TimeSpan.FromDays(39.9).TotalSeconds, TimeSpan.FromDays(40).TotalSeconds);
        Assert.InRange(left["city-ca"], TimeSpan.FromDays(3640).TotalSeconds, TimeSpan.FromDays(3644).TotalSeconds);
        Assert.Equal(left["city-ca"], left["stations-ca"], 60.0);

        await DayAsync(clock, 11);
        var told = Assert.Single(log.Lines);
        Assert.Equal((LogLevel.Warning, 212), (told.Level, told.Id));
        Assert.Contains("b1.crt", told.Text, StringComparison.Ordinal);
        Assert.Contains("28 days are left; make a new one with 'broker ca issue --kind broker' and restart the broker", told.Text, StringComparison.Ordinal);
        await DayAsync(clock, 23);
        Assert.Equal((LogLevel.Error, 213), (log.Lines.Last().Level, log.Lines.Last().Id));
        await DayAsync(clock, 7);
        Assert.Equal(LogLevel.Error, log.Lines.Last().Level);
        Assert.Contains("it has ended", log.Lines.Last().Text, StringComparison.Ordinal);
        Assert.InRange(Left()["broker"], -2 * TimeSpan.FromDays(1).TotalSeconds, 0);
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void Who_is_not_let_in_is_told_in_the_log_by_name_and_reason_once_in_a_minute_each()
    {
        var (clock, log) = (new HandClock(DateTimeOffset.UtcNow), new KeptLines<RefusedCallers>());
        var trust = new CallerTrust(_tls, new RefusedCallers(clock, log));
        var longAgo = new HandClock(DateTimeOffset.UtcNow - TimeSpan.FromDays(3));
        CityAuthority.Create(In("other"), "other-city", TimeProvider.System);
        Issue("city", PeerKind.Station, "poste-good", 1);
        Issue("city", PeerKind.Station, "poste-late", 1, longAgo);
        Issue("city", PeerKind.Server, "ldap", 1);
        Issue("other", PeerKind.Station, "poste-far", 1);
        Issue("stations", PeerKind.Host, "blade1", 1);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var nameless = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        Assert.True(Admits(trust, "poste-good"));
        Assert.Empty(log.Lines);
        Expect("poste-late", "vdi://test-city/station/poste-late: it expired on ");
        Expect("ldap", "vdi://test-city/server/ldap: it is not for callers");
        Expect("poste-far", "vdi://other-city/station/poste-far: it is of none of the authorities");
        Expect("blade1", "vdi://test-city/host/blade1: the authority for stations signed it, and it names no station");
        Assert.False(Admits(trust, nameless));
        Assert.Contains($"a certificate without a name, SHA-256 {CertificateDigest.Of(nameless)}: it is of none", log.Lines.Last().Text, StringComparison.Ordinal);

        // Somebody tries again every second.
        var lines = log.Lines.Count;
        Assert.False(Admits(trust, "poste-late"));
        Assert.Equal(lines, log.Lines.Count);
        clock.Turn(TimeSpan.FromMinutes(1));
        Assert.False(Admits(trust, "poste-late"));
        Assert.Equal(lines + 1, log.Lines.Count);

        void Expect(string who, string line)
        {
            Assert.False(Admits(trust, who));
            Assert.Equal((LogLevel.Warning, 211), (log.Lines.Last().Level, log.Lines.Last().Id));
            Assert.Contains(line, log.Lines.Last().Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Who_makes_up_names_fills_no_log()
    {
        var (clock, log) = (new HandClock(DateTimeOffset.UtcNow), new KeptLines<RefusedCallers>());
        var trust = new CallerTrust(_tls, new RefusedCallers(clock, log));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        for (var n = 0; n < 200; n++)
        {
            using var made = UnknownStation.SignedItself(key, $"vdi://test-city/station/poste-{n}");
            using var chain = new X509Chain();
            // As if it had expired: strangers come in otherwise, to ask.
            Assert.False(trust.Admits(made, chain, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch));
        }
        Assert.Equal(60, log.Lines.Count);
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    private static async Task DayAsync(HandClock clock, int days)
    {
        // It looks, and then waits for the next day.
        await Eventually.HoldsAsync("it has looked", _soon, () => clock.Waiting == 1);
        if (days == 0) return;
        clock.Turn(TimeSpan.FromDays(days));
        await Eventually.HoldsAsync("it has looked again", _soon, () => clock.Waiting == 1);
    }

    private static Dictionary<string, double> Left()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "vdibroker.certificate.remaining") own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => seen[(string)tags[0].Value!] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return new Dictionary<string, double>(seen);
    }

    private bool Admits(CallerTrust trust, string who)
    {
        using var shown = X509CertificateLoader.LoadCertificateFromFile(In($"{who}.crt"));
        return Admits(trust, shown);
    }

    private static bool Admits(CallerTrust trust, X509Certificate2 shown)
    {
        using var chain = new X509Chain { ChainPolicy = trust.Policy() };
        return trust.Admits(shown, chain, chain.Build(shown) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors);
    }

    private void Issue(string authority, PeerKind kind, string name, int days, TimeProvider? time = null)
    {
        using var opened = CityAuthority.Open(In(authority), time ?? TimeProvider.System);
        opened.Issue(kind, name, [], [], days, _folder);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
