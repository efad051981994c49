using System.Collections.Immutable;

namespace VdiBroker.Ldap;

internal sealed partial class LdapClient
{
    /// <summary>Entries for each page, below the smallest limit in use (OpenLDAP's 500; Active Directory's page is 1,000).</summary>
    public const int UsualPage = 400;

    /// <summary>Checks a password by a simple bind. The connection acts as this account from then on, as nobody after a refusal.</summary>
    /// <returns>The server's answer, whatever its code; 0 = taken.</returns>
    /// <exception cref="ArgumentException">The password is empty or holds NUL: a bind without one succeeds as nobody on some servers (RFC 4513, 5.1.2).</exception>
    /// <exception cref="DirectoryOutOfReachException">There was no answer.</exception>
    public Task<LdapAnswer> BindAsync(string dn, string password)
    {
        if (password.Length == 0 || password.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("no password", nameof(password));
        return CallAsync(() => AnsweredAsync(SendBind(dn, password)));
    }

    /// <summary>Makes the connection, and shows that the server answers on it, without being anybody.</summary>
    /// <exception cref="DirectoryOutOfReachException">It does not.</exception>
    public Task GreetAsync() => SearchAsync("", LdapScope.Entry, "(objectClass=*)", 1, "1.1");

    /// <summary>Searches.</summary>
    /// <param name="under">DN of the base.</param>
    /// <param name="scope">How far below it.</param>
    /// <param name="filter">RFC 4515, values escaped.</param>
    /// <param name="limit">The most entries wanted; 0 = as many as the server gives.</param>
    /// <param name="attributes">Those wanted; none = all of the user's.</param>
    /// <exception cref="DirectoryOutOfReachException">The search could not be made, or not completely.</exception>
    public Task<LdapFound> SearchAsync(string under, LdapScope scope, string filter, int limit, params string[] attributes) => CallAsync(async () =>
    {
        var (entries, end, references) = await EntriesAsync(SendSearch(under, scope, filter, limit, attributes, null), limit);
        var more = limit > 0 && end.Code == LdapResult.SizeLimit;
        return end.Code == LdapResult.Success || more ? new LdapFound(entries, more, references) : throw Unwilling(end.Code);
    });

    /// <summary>Searches a branch that may hold more than the server gives at once (RFC 2696), page by page.</summary>
    /// <param name="under">DN of the base.</param>
    /// <param name="filter">RFC 4515, values escaped.</param>
    /// <param name="pageSize">Entries for each page, 1 to 10,000.</param>
    /// <param name="attributes">Those wanted; none = all of the user's.</param>
    /// <exception cref="DirectoryOutOfReachException">The search could not be made, or not completely; pages may have come before.</exception>
    public async IAsyncEnumerable<ImmutableArray<LdapEntry>> PagesAsync(string under, string filter, int pageSize, params string[] attributes)
    {
        for (byte[] cookie = []; ;)
        {
            var page = Page(pageSize, cookie);
            var (entries, end, _) = await CallAsync(async () =>
            {
                var read = await EntriesAsync(SendSearch(under, LdapScope.Branch, filter, 0, attributes, page), 0);
                return read.End.Code == LdapResult.Success ? read : throw Unwilling(read.End.Code);
            });
            yield return entries;
            if (end.Cookie is not { Length: > 0 } next) yield break;
            if (entries.IsEmpty && next.AsSpan().SequenceEqual(cookie)) throw new DirectoryOutOfReachException(Outage.Unwilling, $"{Server.Origin} gives the same page for ever");
            cookie = next;
            // Many pages that are there already must not keep a thread that reads other sockets too.
            await Task.Yield();
        }
    }

    /// <summary>Changes a password by the extended operation (RFC 3062), as the account that the connection is bound as.</summary>
    /// <returns>The server's answer, whatever its code; 0 = changed.</returns>
    /// <exception cref="DirectoryOutOfReachException">There was no answer: it may have been changed or not.</exception>
    public Task<LdapAnswer> ChangePasswordAsync(string dn, string oldPassword, string newPassword) => CallAsync(() => AnsweredAsync(SendChange(dn, oldPassword, newPassword)));

    /// <summary>
    /// Changes a password as Active Directory has it (MS-ADTS 3.1.1.3.1.5): the old value of <c>unicodePwd</c> deleted and the new one added in one
    /// modification, both in quotes and UTF-16. The connection's account needs no right to it beyond knowing the old one.
    /// </summary>
    /// <returns>The server's answer, whatever its code; 0 = changed.</returns>
    /// <exception cref="DirectoryOutOfReachException">There was no answer: it may have been changed or not.</exception>
    public Task<LdapAnswer> ChangeUnicodePasswordAsync(string dn, string oldPassword, string newPassword) => CallAsync(() => AnsweredAsync(SendUnicodeChange(dn, oldPassword, newPassword)));

    private async Task<LdapAnswer> AnsweredAsync(int message)
    {
        var (kind, answer) = await FirstResultAsync(message);
        return kind > 0 ? Answer(answer) : throw Gone();
    }

    private async Task<(ImmutableArray<LdapEntry> Entries, SearchEnd End, int References)> EntriesAsync(int message, int limit)
    {
        var entries = ImmutableArray.CreateBuilder<LdapEntry>();
        var references = 0;
        for (var (kind, answer) = await FirstResultAsync(message); ; (kind, answer) = await ResultAsync(message))
        {
            switch (kind)
            {
                case LibLdap.MessageEntry:
                    var full = limit > 0 && entries.Count == limit;
                    if (!full) entries.Add(Entry(answer));
                    _ = LibLdap.FreeMessage(answer);
                    // Some servers (Samba) keep no limit that was asked of them.
                    if (!full) break;
                    Leave(message);
                    return (entries.DrainToImmutable(), new SearchEnd(LdapResult.SizeLimit, null), references);
                case LibLdap.MessageReference:
                    references++;
                    _ = LibLdap.FreeMessage(answer);
                    break;
                case LibLdap.MessageSearchDone:
                    return (entries.DrainToImmutable(), End(answer), references);
                default:
                    if (answer != 0) _ = LibLdap.FreeMessage(answer);
                    throw Gone();
            }
        }
    }
}
