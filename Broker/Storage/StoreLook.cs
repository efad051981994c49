namespace VdiBroker.Storage;

/// <summary>A job that each broker does for itself, look after look (<see cref="SingleRunner"/>: one broker of the farm at a time).</summary>
internal static class StoreLook
{
    /// <summary>Looks at once and then again and again. An outage ends nothing: the store tells of it, what was known stands, the next look finds it back.</summary>
    /// <param name="every">From the end of a look to the next.</param>
    /// <param name="look">One look.</param>
    /// <param name="stop">Ends it; never thrown.</param>
    /// <param name="bell">Wakes it before its time; null = nothing does.</param>
    public static async Task RepeatAsync(TimeSpan every, Func<Task> look, CancellationToken stop, Bell? bell = null)
    {
        bell ??= new Bell();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await look();
            }
            catch (StoreException)
            {
                // Told by the store.
            }
            await bell.HeardAsync(every, stop);
        }
    }
}
