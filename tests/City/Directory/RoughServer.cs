using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.City.Directory;

/// <summary>
/// A directory server that misbehaves on demand: a front on a loopback address, over ldaps:// and over ldap:// with StartTLS, before a real
/// server. Its manner may be changed at any time, for all that comes or for the next few; without that it serves. It counts what it is
/// asked. Ports are random and stay the same until it is disposed. Thread-safe.
/// </summary>
/// <remarks>Over ldap:// without StartTLS it takes passwords too: the server behind is asked over TLS and does not know better.</remarks>
public sealed class RoughServer : IAsyncDisposable
{
    private readonly RoughPlan _plan;
    private readonly RoughManners _manners = new();
    private readonly ConcurrentQueue<RoughRequest> _requests = new();
    private readonly ConcurrentQueue<string> _ends = new();
    private readonly ConcurrentDictionary<int, (RoughConnection Connection, Task Run)> _open = new();
    private readonly CancellationTokenSource _end = new();
    private readonly RoughCertificates _certificates;
    private readonly X509Certificate2 _behindCa;
    private readonly RoughPort _tls;
    private readonly RoughPort _plain;
    private int _accepted;

    private RoughServer(RoughPlan plan)
    {
        _plan = plan;
        _certificates = new RoughCertificates(plan.Authority, plan.Address);
        _behindCa = X509CertificateLoader.LoadCertificateFromFile(plan.BehindCaFile);
        _tls = new RoughPort(IPAddress.Parse(plan.Address), socket => Take(socket, overTls: true));
        _plain = new RoughPort(IPAddress.Parse(plan.Address), socket => Take(socket, overTls: false));
    }

    /// <summary><c>ldaps://address:port</c>.</summary>
    public string LdapsUri => $"ldaps://{_plan.Address}:{_tls.Number}";

    /// <summary><c>ldap://address:port</c>, for StartTLS.</summary>
    public string LdapUri => $"ldap://{_plan.Address}:{_plain.Number}";

    /// <summary>The CA of its good certificate.</summary>
    public string CaFile => _plan.Authority.CaFile;

    /// <summary>Connections taken so far.</summary>
    public int Connections => Volatile.Read(ref _accepted);

    /// <summary>Connections that are open now.</summary>
    public int Open => _open.Values.Count(one => !one.Run.IsCompleted);

    /// <summary>Requests read so far, in the order of their coming; those of forgotten connections too.</summary>
    public ImmutableArray<RoughRequest> Requests => [.. _requests];

    /// <summary>How connections ended that did not end in order: number and cause, for messages of tests.</summary>
    public ImmutableArray<string> Ends => [.. _ends];

    /// <summary>How many requests of these kinds were read so far.</summary>
    public int Count(RequestKinds kinds) => _requests.Count(request => (request.Kind & kinds) != 0);

    /// <summary>How many binds this DN had so far; letter case does not count.</summary>
    public int BindsOf(string dn) => _requests.Count(request => request.Kind == RequestKinds.Bind && request.Dn.Equals(dn, StringComparison.OrdinalIgnoreCase));

    /// <summary>Starts one; it serves.</summary>
    public static RoughServer Start(RoughPlan plan)
    {
        var server = new RoughServer(plan);
        server._tls.Listen();
        server._plain.Listen();
        return server;
    }

    /// <summary>Forgets what was counted; connections keep their numbers.</summary>
    public void ClearRequests() => _requests.Clear();

    /// <summary>From now on every new connection is treated so. Takes effect before it returns, <see cref="ConnectionManner.Refuse"/> too.</summary>
    public async Task ConnectionsAsync(ConnectionManner manner)
    {
        _manners.Connection = manner;
        foreach (var port in (RoughPort[])[_tls, _plain])
        {
            if (manner == ConnectionManner.Refuse) await port.CloseAsync();
            else port.Listen();
        }
    }

    /// <summary>Only the next <paramref name="count"/> connections are treated so, then as the standing manner says.</summary>
    public void NextConnections(int count, ConnectionManner manner) => _manners.NextConnections(count, manner);

    /// <summary>From now on every request is answered so, on open connections too.</summary>
    public void Answers(AnswerManner manner) => _manners.Answer = manner;

    /// <summary>Only the next <paramref name="count"/> requests of the manner's kinds are answered so, then as the standing manner says.</summary>
    public void NextAnswers(int count, AnswerManner manner) => _manners.NextAnswers(count, manner);

    /// <summary>Closes every connection that waits for no answer, by FIN alone: what servers with an idle timeout do. Gives their number.</summary>
    public int DropIdle() => ForEach(connection => connection.IsIdle, connection => connection.Finish());

    /// <summary>
    /// Loses every connection that is open now, without telling anybody: what is sent on it is read and lost, nothing comes back, no FIN.
    /// New ones are served. What a firewall does that drops idle connections from its table. Gives their number.
    /// </summary>
    public int BlackholeOpen() => ForEach(_ => true, connection => connection.Forget());

    /// <summary>Ends every open connection by RST. Gives their number.</summary>
    public int ResetOpen() => ForEach(_ => true, connection => connection.Reset());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _tls.DisposeAsync();
        await _plain.DisposeAsync();
        await Task.WhenAll(_open.Values.Select(one => one.Run));
        _certificates.Dispose();
        _behindCa.Dispose();
        _end.Dispose();
    }

    internal void Record(RoughRequest request) => _requests.Enqueue(request);

    internal void RecordEnd(int connection, Exception end) => _ends.Enqueue($"{connection}: {end.Message}");

    internal AnswerManner AnswerFor(RoughMessage request) => _manners.TakeAnswer(request);

    internal X509Certificate2 CertificateFor(ConnectionManner manner) => _certificates.For(manner);

    /// <summary>A connection to the server behind, over TLS where its address says so.</summary>
    internal async Task<Stream> ConnectBehindAsync(CancellationToken cancel)
    {
        var behind = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await behind.ConnectAsync(_plan.Behind.Host, _plan.Behind.Port, cancel);
            stream = new NetworkStream(behind, ownsSocket: true);
            if (_plan.Behind.Scheme != "ldaps") return stream;
            var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            trust.CustomTrustStore.Add(_behindCa);
            var secured = new SslStream(stream);
            stream = secured;
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = _plan.Behind.Host, CertificateChainPolicy = trust }, cancel);
            return secured;
        }
        catch
        {
            behind.Dispose();
            if (stream is not null) await stream.DisposeAsync();
            throw;
        }
    }

    private void Take(Socket socket, bool overTls)
    {
        var number = Interlocked.Increment(ref _accepted);
        foreach (var (ended, _) in _open.Where(one => one.Value.Run.IsCompleted)) _open.TryRemove(ended, out _);
        var connection = new RoughConnection(this, socket, number, overTls);
        _open[number] = (connection, connection.RunAsync(_manners.TakeConnection(), _end.Token));
    }

    private int ForEach(Func<RoughConnection, bool> which, Action<RoughConnection> act)
    {
        var chosen = _open.Values.Where(one => !one.Run.IsCompleted && which(one.Connection)).ToArray();
        foreach (var (connection, _) in chosen) act(connection);
        return chosen.Length;
    }
}

/// <summary>What a rough server is made of.</summary>
/// <param name="Address">Its loopback IP address.</param>
/// <param name="Authority">Signs its good certificate.</param>
/// <param name="Behind">The real server, <c>ldaps://address:port</c> or <c>ldap://address:port</c>.</param>
/// <param name="BehindCaFile">The CA of the real server, PEM.</param>
public sealed record RoughPlan(string Address, DirectoryAuthority Authority, Uri Behind, string BehindCaFile)
{
    /// <summary>A front before a slapd.</summary>
    public static RoughPlan Before(Slapd slapd, string address, DirectoryAuthority authority) => new(address, authority, new Uri(slapd.LdapsUri), slapd.CaFile);
}
