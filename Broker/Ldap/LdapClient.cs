using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VdiBroker.Ldap;

/// <summary>
/// One connection to one server, for one call at a time. No thread waits for an answer: libldap is asked for it when there is something to read. Every call, connecting included, ends
/// by its deadline: libldap's own time limits cover neither a TLS handshake nor the rest of a half-sent answer, so an alarm shuts the socket, and whoever waits on it goes on. After a
/// fault it is of no more use (libldap would connect again by itself, without TLS and as nobody).
/// </summary>
internal sealed partial class LdapClient : IDisposable
{
    /// <summary>Name of the threads on which connections are made.</summary>
    public const string OpeningThread = "ldap opening";

    private static readonly TimeSpan AlarmRepeat = TimeSpan.FromMilliseconds(200);

    // A page of 1,000 entries, or a group with 100,000 members, and room to spare.
    private const nint LongestAnswer = 64 << 20;

    private readonly Lock _gate = new();
    private readonly Timer _alarm;
    private readonly CertificateMemory? _memory;
    private TimeSpan _deadline;
    private Action? _onSlow;
    private LdapBudget? _budget;
    private long _armedAt;
    private bool _armed;
    private bool _late;
    private bool _broken;
    private int _socket = -1;
    private nint _ldap;
    private SocketWatch? _watch;

    /// <summary>Prepares a connection; it is made by the first call.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="deadline">The longest that one call takes.</param>
    /// <param name="memory">What is known of the server's certificate; null = nothing.</param>
    public LdapClient(LdapServer server, TimeSpan deadline, CertificateMemory? memory = null)
    {
        Server = server;
        _memory = memory;
        _deadline = deadline;
        _alarm = new Timer(_ => Ring());
    }

    /// <summary>The server that it is, or will be, connected to.</summary>
    public LdapServer Server { get; }

    /// <summary>The certificate that the server showed, DER; null before the first call and without TLS.</summary>
    public byte[]? ServerCertificate { get; private set; }

    /// <summary>True when the other end has closed it, or is about to: nothing may be asked on it any more.</summary>
    public bool IsStale => _broken || (_ldap != 0 && LdapSocket.HasUnaskedInput(_socket));

    /// <summary>For the next calls: how long each may take, and whom to tell when one takes longer than <paramref name="slow"/>.</summary>
    /// <param name="deadline">Of each call.</param>
    /// <param name="slow">At most <paramref name="deadline"/>.</param>
    /// <param name="onSlow">Told once.</param>
    /// <param name="budget">Of all the calls together; null = none.</param>
    public void Bound(TimeSpan deadline, TimeSpan slow, Action? onSlow, LdapBudget? budget = null)
    {
        lock (_gate) (_deadline, SlowAfter, _onSlow, _budget) = (deadline, slow, onSlow, budget);
    }

    private TimeSpan SlowAfter { get; set; } = Timeout.InfiniteTimeSpan;

    public void Dispose()
    {
        lock (_gate)
        {
            _armed = false;
            _alarm.Dispose();
            _watch?.Dispose();
            if (_ldap != 0) Forget();
            else if (_socket >= 0) LdapSocket.Close(_socket);
            _ldap = 0;
            _socket = -1;
        }
    }

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        if (_broken) throw new DirectoryOutOfReachException(Outage.Lost, $"{Server.Origin}: the connection was lost");
        if (_budget is { } budget && (!budget.IsWanted() || Environment.TickCount64 >= budget.Until)) throw Late();
        lock (_gate)
        {
            (_armed, _late, _armedAt) = (true, false, Environment.TickCount64);
            _alarm.Change(_onSlow is null ? _deadline : SlowAfter, AlarmRepeat);
        }
        try
        {
            if (_ldap == 0) await OpenAsync();
            return await call();
        }
        catch (DirectoryOutOfReachException fault)
        {
            _broken |= fault.Outage != Outage.Unwilling;
            throw;
        }
        catch (Exception fault)
        {
            // Whatever a server made us stumble over is an outage of that server, not of this program.
            _broken = true;
            throw new DirectoryOutOfReachException(Outage.Lost, $"{Server.Origin}: {fault.GetType().Name}: {fault.Message}", fault);
        }
        finally
        {
            lock (_gate)
            {
                _armed = false;
                _alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    // Repeated until the call is back: it may fall into a moment in which there is no socket yet.
    private void Ring()
    {
        Action? slow;
        lock (_gate)
        {
            if (!_armed) return;
            (slow, _onSlow) = (_onSlow, null);
            _late = Environment.TickCount64 - _armedAt >= (long)_deadline.TotalMilliseconds;
            if (_late && _socket >= 0) LdapSocket.Shut(_socket);
        }
        slow?.Invoke();
    }

    // libldap blocks while it greets a server: on a thread that is there for that long.
    private Task OpenAsync()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                Open();
                open.SetResult();
            }
            catch (Exception fault)
            {
                open.SetException(fault);
            }
        })
        { IsBackground = true, Name = OpeningThread }.Start();
        return open.Task;
    }

    private void Open()
    {
        try
        {
            var socket = LdapSocket.Connect(Server.Address.DnsSafeHost, Server.Port, _deadline);
            lock (_gate) _socket = socket;
        }
        catch (SocketException fault)
        {
            throw fault.SocketErrorCode == SocketError.TimedOut ? Late() : new(Outage.Lost, $"{Server.Origin}: {LdapServerInspection.Words(fault.SocketErrorCode)}", fault);
        }
        Require(LibLdap.InitFd(_socket, LibLdap.Tcp, Server.Origin, out var ldap), "connection");
        _ldap = ldap;
        var version = 3;
        Require(LibLdap.SetOption(_ldap, LibLdap.OptionProtocolVersion, ref version), "protocol version");
        Require(LibLdap.SetOption(_ldap, LibLdap.OptionReferrals, 0), "referral option");
        // Otherwise a signal that happens to reach the opening thread (a child process that ended) is taken for a broken connection.
        Require(LibLdap.SetOption(_ldap, LibLdap.OptionRestart, 1), "restart option");
        BoundAnswers();
        if (Server.Security != LdapSecurity.None) Secure();
        _watch = new SocketWatch(_socket);
    }

    // Waits first: nothing can be there when a request has just been sent, and libldap asks the kernel each time.
    private async Task<(int Kind, nint Answer)> FirstResultAsync(int message)
    {
        await _watch!.ReadableAsync();
        return await ResultAsync(message);
    }

    private async ValueTask<(int Kind, nint Answer)> ResultAsync(int message)
    {
        while (true)
        {
            // What is left of the octets that it has read already comes without a wait.
            var kind = LibLdap.TakeResult(_ldap, message, LibLdap.OneMessage, in LibLdap.AtOnce, out var answer);
            if (kind != 0) return (kind, answer);
            await _watch!.ReadableAsync();
        }
    }

    // A length of 2 GB at the head of an answer must not become 2 GB of memory.
    private void BoundAnswers()
    {
        var most = LongestAnswer;
        if (LibLdap.GetOption(_ldap, LibLdap.OptionSocketBuffer, out nint buffer) == LibLdap.Success) _ = LibLdap.ControlSocketBuffer(buffer, LibLdap.SetMaxIncoming, in most);
    }

    private unsafe void Secure()
    {
        var (demand, minimum, client) = (LibLdap.TlsDemand, LibLdap.Tls12, 0);
        Require(LibLdap.SetOption(_ldap, LibLdap.OptionTlsRequireCertificate, ref demand), "certificate check");
        Require(LibLdap.SetOption(_ldap, LibLdap.OptionTlsMinimum, ref minimum), "TLS version");
        Require(LibLdap.SetOption(_ldap, LibLdap.OptionTlsCaFile, Server.CaFile ?? ""), "CA file");
        if (Server.CertificateFile is { } certificate) Require(LibLdap.SetOption(_ldap, LibLdap.OptionTlsCertificateFile, certificate), "client certificate");
        if (Server.KeyFile is { } key) Require(LibLdap.SetOption(_ldap, LibLdap.OptionTlsKeyFile, key), "client key");
        // Takes the settings above into a context of this connection's own; reads the files.
        if (LibLdap.SetOption(_ldap, LibLdap.OptionTlsNewContext, ref client) != LibLdap.Success)
            throw new DirectoryOutOfReachException(Outage.Untrusted, $"{Server.Origin}: {LdapServerInspection.UnreadableFile(Server)}");
        var result = Server.Security == LdapSecurity.Ldaps ? LibLdap.InstallTls(_ldap) : LibLdap.StartTls(_ldap, null, null);
        if (result != LibLdap.Success) throw _late ? Late() : LdapServerInspection.Explain(Server, _deadline, _memory);
        if (LibLdap.GetOption(_ldap, LibLdap.OptionTlsPeerCertificate, out LibLdap.Berval shown) != LibLdap.Success || shown.Octets == null) return;
        ServerCertificate = shown.Span.ToArray();
        LibLdap.Free((nint)shown.Octets);
    }

    // Sends the unbind that the protocol asks for; a dead or stuffed socket must not hold it up.
    private unsafe void Forget()
    {
        if (_broken) LdapSocket.Shut(_socket);
        _ = LibLdap.Unbind(_ldap, null, null);
    }

    private DirectoryOutOfReachException Late() =>
        new(Outage.Silent, string.Create(CultureInfo.InvariantCulture, $"{Server.Origin} does not answer within {_deadline.TotalSeconds:0.##} s"));

    private DirectoryOutOfReachException Gone() => _late ? Late() : new(Outage.Lost, $"{Server.Origin}: the connection was lost");

    private static void Require(int result, string what)
    {
        if (result != LibLdap.Success) throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"libldap does not take the {what} (result {result})"));
    }

    private static string Utf8(nint text) => Marshal.PtrToStringUTF8(text) ?? "";
}

/// <summary>What several calls may take together.</summary>
/// <param name="Until">No call begins after it (<see cref="Environment.TickCount64"/>).</param>
/// <param name="IsWanted">False once nobody waits for them any more.</param>
internal sealed record LdapBudget(long Until, Func<bool> IsWanted);
