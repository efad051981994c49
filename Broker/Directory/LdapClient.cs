using System.Collections.Immutable;
using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;

namespace VdiBroker.Directory;

/// <summary>An entry as a search found it; attribute names without regard to case.</summary>
internal sealed record LdapEntry(string Dn, ImmutableDictionary<string, ImmutableArray<string>> Attributes)
{
    public ImmutableArray<string> this[string attribute] => Attributes.TryGetValue(attribute, out var values) ? values : [];
}

/// <summary>What a search found; <paramref name="More"/>: the server held back others beyond the limit.</summary>
internal sealed record LdapFound(ImmutableArray<LdapEntry> Entries, bool More);

/// <summary>
/// One connection to one server, used by one thread at a time. The only place that knows the LDAP library. Every call ends by its deadline:
/// System.DirectoryServices.Protocols' own time limit is read as garbage by libldap on Linux (two ints where two longs are read; a poll of
/// three days was measured) and libldap's covers no TLS handshake, so an alarm shuts the socket, and the blocked call returns. The socket,
/// and what else the package does not offer here, is reached through the libldap handle that it keeps.
/// </summary>
internal sealed partial class LdapClient : IDisposable
{
    private static readonly TimeSpan AlarmRepeat = TimeSpan.FromMilliseconds(200);

    private static readonly FieldInfo HandleField = typeof(LdapConnection).GetField("_ldapHandle", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException("System.DirectoryServices.Protocols keeps its libldap handle elsewhere: see Broker/Directory/README.md");

    private readonly Lock _gate = new();
    private readonly LdapConnection _connection;
    private readonly SafeHandle _handle;
    private readonly string _caFile;
    private readonly TimeSpan _deadline;
    private readonly Timer _alarm;
    private bool _armed;
    private bool _late;
    private bool _reached;

    /// <summary>Prepares a connection; it is made by the first call.</summary>
    public LdapClient(Uri server, string caFile, TimeSpan deadline)
    {
        Server = server;
        _caFile = caFile;
        _deadline = deadline;
        _connection = new LdapConnection(new LdapDirectoryIdentifier(server.DnsSafeHost, server.Port, fullyQualifiedDnsHostName: false, connectionless: false))
        {
            AuthType = AuthType.Basic,
            AutoBind = false,
        };
        _handle = (SafeHandle)HandleField.GetValue(_connection)!;
        _alarm = new Timer(_ => ShutSocket());
        try
        {
            _connection.SessionOptions.ProtocolVersion = 3;
            _connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            _connection.SessionOptions.SecureSocketLayer = true;
            SetUpTransport();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The server that it is connected to.</summary>
    public Uri Server { get; }

    /// <summary>Checks a password by a simple bind. The connection acts as this account from then on, as nobody after a refusal.</summary>
    /// <returns>True: taken. False: wrong password, no such entry, or an entry that takes no password.</returns>
    /// <exception cref="ArgumentException">The password is empty or holds NUL: libldap would send an empty one, which some servers "take".</exception>
    /// <exception cref="DirectoryOutOfReachException">Anything that says nothing about the password.</exception>
    public bool Bind(string dn, string password)
    {
        if (password.Length == 0 || password.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("no password", nameof(password));
        return Call(() =>
        {
            try
            {
                _connection.Bind(new NetworkCredential(dn, password));
                return true;
            }
            catch (DirectoryException) when (LastResult() is ResultInvalidCredentials or ResultNoSuchObject or ResultInvalidDn or ResultInappropriate)
            {
                return false;
            }
        });
    }

    /// <summary>Searches a whole branch.</summary>
    /// <param name="under">DN of the branch.</param>
    /// <param name="filter">RFC 4515, values escaped.</param>
    /// <param name="limit">The most entries wanted; 0 = as many as the server gives.</param>
    /// <param name="attributes">Those wanted.</param>
    /// <exception cref="DirectoryOutOfReachException">The search could not be made, or not completely.</exception>
    public LdapFound Search(string under, string filter, int limit, params string[] attributes) => Call(() =>
    {
        try
        {
            var request = new SearchRequest(under, filter, SearchScope.Subtree, attributes) { SizeLimit = limit };
            return Found((SearchResponse)_connection.SendRequest(request), more: false);
        }
        catch (DirectoryOperationException held) when (limit > 0 && held.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } part)
        {
            return Found(part, more: true);
        }
    });

    public void Dispose()
    {
        lock (_gate)
        {
            _armed = false;
            _alarm.Dispose();
            _connection.Dispose();
        }
    }

    private T Call<T>(Func<T> call)
    {
        lock (_gate)
        {
            (_armed, _late) = (true, false);
            _alarm.Change(_deadline, AlarmRepeat);
        }
        try
        {
            var result = call();
            _reached = true;
            return result;
        }
        catch (DirectoryException fault)
        {
            throw Explain(fault);
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

    // Repeated until the call is back: the first alarm may fall into a moment in which libldap has no socket yet.
    private void ShutSocket()
    {
        lock (_gate)
        {
            if (!_armed) return;
            _late = true;
            var socket = -1;
            if (GetOption(_handle.DangerousGetHandle(), OptionDescriptor, ref socket) == 0 && socket >= 0) _ = Shutdown(socket, ShutBoth);
        }
    }

    private DirectoryOutOfReachException Explain(DirectoryException fault)
    {
        var code = LastResult();
        if (_late || code is ResultTimeout)
            return new(Outage.Silent, string.Create(CultureInfo.InvariantCulture, $"{Origin} does not answer within {_deadline.TotalSeconds:0.##} s"), fault);
        if (code > 0)
            return new(Outage.Unwilling, string.Create(CultureInfo.InvariantCulture, $"{Origin} answers with LDAP result {code} ({ResultWords(code)})"), fault);
        var cause = _reached ? "the connection was lost" : ServerInspection.Explain(Server, _caFile, _deadline);
        return new(Outage.Lost, $"{Origin}: {cause}", fault);
    }

    private string Origin => Server.GetLeftPart(UriPartial.Authority);

    private static string ResultWords(int code) => Enum.IsDefined((ResultCode)code) ? ((ResultCode)code).ToString() : "unknown";

    private static LdapFound Found(SearchResponse response, bool more) => new(
        [
            .. response.Entries.Cast<SearchResultEntry>().Select(entry => new LdapEntry(entry.DistinguishedName, entry.Attributes.Values
                .Cast<DirectoryAttribute>().ToImmutableDictionary(
                    attribute => attribute.Name,
                    attribute => ((string[])attribute.GetValues(typeof(string))).ToImmutableArray(), StringComparer.OrdinalIgnoreCase))),
        ], more);
}
