using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Rpc;

/// <summary>
/// A use case's refusal on its way out of the edge: thrown by <c>*Rpc</c> classes only, turned into status, sentence and trailer by
/// <see cref="EdgeInterceptor"/>.
/// </summary>
/// <param name="code">Which error of the catalogue.</param>
/// <param name="what">For operators: which field, which host; null = nothing to add.</param>
/// <param name="retryAfter">At least so long before the next try; null = no time is known.</param>
/// <param name="reference">What the station shows for the telephone, where a record has it already; null or empty = a fresh one.</param>
internal sealed class RefusalException(ErrorCode code, string? what = null, TimeSpan? retryAfter = null, string? reference = null) : Exception(what)
{
    /// <summary>Which error of the catalogue.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>What the station shows for the telephone.</summary>
    public string Reference { get; } = string.IsNullOrEmpty(reference) ? References.Draw() : reference;

    /// <summary>What the station shows in a language where more can be said than the catalogue does; null = the catalogue's sentence.</summary>
    public Func<string, string>? Shows { get; init; }

    /// <summary>At least so long before the next try.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>For the log; callers are told only what they themselves sent wrong.</summary>
    public string? What { get; } = what;

    /// <summary>What the caller is told beside the error's meaning: which field is wrong, which certificate does not fit. Nothing of the city's inside.</summary>
    public string? Told => Code is ErrorCode.InvalidRequest or ErrorCode.CallerNotAllowed ? What : null;
}
