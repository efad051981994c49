using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Rpc;

/// <summary>
/// A use case's refusal on its way out of the edge: thrown by <c>*Rpc</c> classes only, turned into status, sentence and trailer by
/// <see cref="EdgeInterceptor"/>.
/// </summary>
/// <param name="code">Which error of the catalogue.</param>
/// <param name="what">For operators: which field, which host; null = nothing to add.</param>
/// <param name="retryAfter">At least so long before the next try; null = not known.</param>
internal sealed class RefusalException(ErrorCode code, string? what = null, TimeSpan? retryAfter = null) : Exception(what)
{
    /// <summary>Which error of the catalogue.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>For operators.</summary>
    public string? What { get; } = what;

    /// <summary>At least so long before the next try.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
