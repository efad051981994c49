namespace VdiBroker.Storage;

/// <summary>Redis did not answer in time, or not as it should: an outage, told to people as such.</summary>
/// <param name="doing">What was being done, for the log.</param>
/// <param name="cause">What the client said.</param>
internal sealed class StoreOutOfReachException(string doing, Exception cause) : Exception($"Redis: {doing}: {cause.Message}", cause);
