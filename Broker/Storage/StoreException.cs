namespace VdiBroker.Storage;

/// <summary>What can go wrong with a call to the store. A job that goes on whatever happens catches this one; who tells people catches <see cref="StoreOutOfReachException"/>.</summary>
/// <param name="doing">What was being done, for the log.</param>
/// <param name="cause">What the client said.</param>
internal abstract class StoreException(string doing, Exception cause) : Exception($"Redis: {doing}: {cause.Message}", cause)
{
    /// <summary>What was being done.</summary>
    protected string Doing { get; } = doing;

    /// <summary>The same for somebody else who waited for the same call: what one person is told of it is noted on theirs.</summary>
    public abstract StoreException ForAnother();
}

/// <summary>Redis did not answer in time, or not as it should: an outage, told to people as such. A repetition helps, once it is over.</summary>
/// <param name="doing">What was being done, for the log.</param>
/// <param name="cause">What the client said.</param>
internal sealed class StoreOutOfReachException(string doing, Exception cause) : StoreException(doing, cause)
{
    /// <inheritdoc/>
    public override StoreException ForAnother() => new StoreOutOfReachException(Doing, InnerException!);
}

/// <summary>Redis answers, and calls the command or the script wrong: a bug of the broker's, which no repetition mends.</summary>
/// <param name="doing">What was being done, for the log.</param>
/// <param name="cause">What Redis said.</param>
internal sealed class StoreRefusalException(string doing, Exception cause) : StoreException(doing, cause)
{
    /// <inheritdoc/>
    public override StoreException ForAnother() => new StoreRefusalException(Doing, InnerException!);
}
