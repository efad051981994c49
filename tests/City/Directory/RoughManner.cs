using System.Collections.Immutable;

namespace VdiBroker.City.Directory;

/// <summary>What a rough server does with a new connection.</summary>
public enum ConnectionManner
{
    /// <summary>TLS with the good certificate, then the directory behind.</summary>
    Serve,

    /// <summary>The port is closed: connection refused. A standing manner only. Open connections stay.</summary>
    Refuse,

    /// <summary>Accepted, then never a byte.</summary>
    HangAfterAccept,

    /// <summary>Half of a ServerHello, then nothing (with StartTLS: after the extended answer).</summary>
    HangInHandshake,

    /// <summary>RST at once.</summary>
    ResetAfterAccept,

    /// <summary>A line of HTTP before any TLS, then nothing.</summary>
    GarbageBeforeTls,

    /// <summary>A certificate of a CA that nobody trusts, for the right name.</summary>
    CertificateOfAnotherCa,

    /// <summary>The right CA, another address (127.0.0.99).</summary>
    CertificateForAnotherName,

    /// <summary>The right CA and name; it ended yesterday.</summary>
    CertificateExpired,

    /// <summary>The right CA and name; it begins tomorrow.</summary>
    CertificateNotYetValid,

    /// <summary>The right name, signed by its own key.</summary>
    CertificateSelfSigned,
}

/// <summary>What goes wrong with the answer to one request.</summary>
public enum AnswerFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A result code instead of the real answer; the directory behind never sees the request.</summary>
    Code,

    /// <summary>Never answered; the directory behind never sees the request. The connection stays open.</summary>
    Silent,

    /// <summary>RST; the directory behind never sees the request.</summary>
    ResetBefore,

    /// <summary>The directory behind does as asked, then RST in place of its answer: nobody knows whether it was done.</summary>
    ResetAfterDone,

    /// <summary>Half of the bytes of the answer's first message, then nothing at all on this connection.</summary>
    Half,

    /// <summary>A line of HTTP in place of an LDAP message.</summary>
    Garbage,

    /// <summary>The real answer under a message id that nobody asked for (1000 too high).</summary>
    WrongId,

    /// <summary>A message that announces 300,000,000 bytes; 64 KiB of them come.</summary>
    Huge,

    /// <summary>The real answer, one byte each 100 ms.</summary>
    Drip,

    /// <summary>Notice of Disconnection (RFC 4511 4.4.1, code 52), then FIN.</summary>
    Notice,
}

/// <summary>Kinds of request, as one can ask for several.</summary>
[Flags]
public enum RequestKinds
{
    /// <summary>No request.</summary>
    None = 0,

    /// <summary>A bind of any kind.</summary>
    Bind = 1,

    /// <summary>A search.</summary>
    Search = 2,

    /// <summary>A modify.</summary>
    Modify = 4,

    /// <summary>Extended: change of password (RFC 3062).</summary>
    PasswordChange = 8,

    /// <summary>Extended: StartTLS.</summary>
    StartTls = 16,

    /// <summary>Any other that has an answer (add, delete, compare, "who am I").</summary>
    Other = 32,

    /// <summary>Extended requests.</summary>
    Extended = PasswordChange | StartTls,

    /// <summary>Whatever writes.</summary>
    Write = Modify | PasswordChange,

    /// <summary>Every one but StartTLS.</summary>
    Asked = Bind | Search | Modify | PasswordChange | Other,
}

/// <summary>How a rough server answers requests.</summary>
/// <param name="Fault">What goes wrong.</param>
/// <param name="Code">The result code where <paramref name="Fault"/> is <see cref="AnswerFault.Code"/>.</param>
public sealed record AnswerManner(AnswerFault Fault, LdapCode Code = LdapCode.Success)
{
    /// <summary>All is well.</summary>
    public static AnswerManner Serve { get; } = new(AnswerFault.None);

    /// <summary>A directory that takes no change (a replica, a restore): 53 to modify and change of password, all else is served.</summary>
    public static AnswerManner ReadOnly { get; } = new(AnswerFault.Code, LdapCode.UnwillingToPerform) { Only = RequestKinds.Write };

    /// <summary>The requests that it is for; others are served.</summary>
    public RequestKinds Only { get; init; } = RequestKinds.Asked;

    /// <summary>Only requests about this DN (who binds, below what is searched, what is modified; letter case does not count); null: about any.</summary>
    public string? Dn { get; init; }

    /// <summary>What the server says beside a code.</summary>
    public string Diagnostic { get; init; } = "rough";

    /// <summary>Value of a password policy control (1.3.6.1.4.1.42.2.27.8.5.1) beside a code; null: none.</summary>
    public ImmutableArray<byte>? PolicyControl { get; init; }

    /// <summary>
    /// How Active Directory refuses a bind: 49, and the reason as a hexadecimal number in the text: 0x52e wrong, 0x525 unknown, 0x530 hours, 0x531
    /// station, 0x532 expired, 0x533 disabled, 0x701 account expired, 0x773 must change, 0x775 locked.
    /// </summary>
    public static AnswerManner ActiveDirectory(int reason) => With(LdapCode.InvalidCredentials, RequestKinds.Bind) with
    {
        Diagnostic = $"80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {reason:x}, v4563\0",
    };

    /// <summary>This code instead of the real answer; 10 (referral) carries a referral to <c>ldap://127.0.0.99:1/</c>.</summary>
    public static AnswerManner With(LdapCode code, RequestKinds only = RequestKinds.Asked) => new(AnswerFault.Code, code) { Only = only };

    internal bool IsFor(RoughMessage request) =>
        (Only & request.Kind) != 0 && (Dn is null || Dn.Equals(request.Dn, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Result codes of LDAP (RFC 4511 4.1.9) that directories give when they are not well.</summary>
public enum LdapCode
{
    Success = 0,
    OperationsError = 1,
    ProtocolError = 2,
    TimeLimitExceeded = 3,
    SizeLimitExceeded = 4,
    StrongerAuthRequired = 8,
    Referral = 10,
    AdminLimitExceeded = 11,
    ConfidentialityRequired = 13,
    ConstraintViolation = 19,
    NoSuchObject = 32,
    InvalidCredentials = 49,
    InsufficientAccessRights = 50,
    Busy = 51,
    Unavailable = 52,
    UnwillingToPerform = 53,
    Other = 80,
}

/// <summary>A request that a rough server has read.</summary>
/// <param name="Connection">Number of its connection, from 1.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Dn">Who binds, below what is searched, what is modified; empty for others.</param>
public sealed record RoughRequest(int Connection, RequestKinds Kind, string Dn);
