using System.Numerics;

namespace VdiBroker.Broker.Tests.Sessions.Parallel;

/// <summary>
/// Searches an order in which the calls of a history, made one after the other, would have had the answers that they had; a call that had ended before another began
/// comes before it. Wing and Gong's search, with a memory of what has been tried.
/// </summary>
internal static class Linearization
{
    /// <summary>Such an order.</summary>
    /// <param name="calls">At most 64, in any order.</param>
    /// <param name="start">The state before the first.</param>
    /// <returns>Null when there is none: the history cannot be what atomic scripts did.</returns>
    public static IReadOnlyList<SeatCall>? Of(IReadOnlyList<SeatCall> calls, SeatModel start)
    {
        var tried = new HashSet<(ulong, string)>();
        var order = new Stack<SeatCall>();
        var all = calls.Count == 64 ? ulong.MaxValue : (1UL << calls.Count) - 1;
        return Search(0, start) ? [.. order.Reverse()] : null;

        bool Search(ulong done, SeatModel state)
        {
            if (done == all) return true;
            if (!tried.Add((done, state.Key))) return false;
            var latest = Rest(done).Min(call => call.End);
            for (var rest = all & ~done; rest != 0; rest &= rest - 1)
            {
                var index = BitOperations.TrailingZeroCount(rest);
                if (calls[index].Begin > latest || After(state, calls[index]) is not { } next) continue;
                order.Push(calls[index]);
                if (Search(done | (1UL << index), next)) return true;
                order.Pop();
            }
            return false;
        }

        IEnumerable<SeatCall> Rest(ulong done) => calls.Where((_, index) => (done & (1UL << index)) == 0);
    }

    // A call on a session that has not been made yet in this order cannot stand here.
    private static SeatModel? After(SeatModel state, SeatCall call) => SessionOf(call) is { } session && !state.Sessions.ContainsKey(session) ? null : state.After(call);

    private static string? SessionOf(SeatCall call) => call switch
    {
        SeatCall.Move move => move.Session,
        SeatCall.Redeem redeem => redeem.Session,
        SeatCall.SignOut signOut => signOut.Session,
        SeatCall.Correct correct => correct.Session,
        SeatCall.Lapse lapse => lapse.Session,
        SeatCall.Expire expire => expire.Session,
        _ => null,
    };
}
