namespace VdiBroker.Rpc;

/// <summary>The gate before one of the city's directories: of the places for sign-ins it has a share (<see cref="DirectoryShare"/>). A city's only one has all of them. Safe for concurrent use.</summary>
/// <param name="own">Its places.</param>
/// <param name="all">The places for sign-ins.</param>
/// <param name="alone">The city has no other directory.</param>
/// <param name="answers">Whether it is known to answer.</param>
internal sealed class DirectoryGate(AdmissionGate own, AdmissionGate all, bool alone, Func<bool> answers)
{
    /// <summary>True while it hangs or is slow: who finds no place here may wait in vain. Else it is only crowded, and there is a place soon.</summary>
    public bool IsSlow
    {
        get
        {
            var (late, took) = own.Pace(DirectoryShare.LateAfter);
            return DirectoryShare.IsSlow(all.AtOnce, late, took);
        }
    }

    /// <summary>How many wait for a place here.</summary>
    public int Waiting => own.Waiting;

    /// <summary>Takes a place if there is one at once, as <see cref="AdmissionGate.TryEnter"/>.</summary>
    public AdmissionGate.Admitted? TryEnter() => own.TryEnter();

    /// <summary>Comes to the gate, as <see cref="AdmissionGate.EnterAsync(TimeSpan, bool, CancellationToken)"/>.</summary>
    public ValueTask<Entry> EnterAsync(TimeSpan patience, bool near, CancellationToken cancel) => own.EnterAsync(patience, near, cancel);

    /// <summary>Takes note of how it answers, and of how many places there are for all.</summary>
    public void Adapt() => own.Resize(alone ? all.AtOnce : DirectoryShare.Places(all.AtOnce, answers() && !IsSlow));
}
