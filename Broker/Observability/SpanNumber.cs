using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace VdiBroker.Observability;

/// <summary>
/// Gives a span the number that a station chose for it. .NET numbers every span itself and has no way to be told one, and a trace whose root nobody sent is not whole;
/// so two private fields are set. A runtime that has them no more leaves the span as it was: below a root that is missing (<c>TraceTests</c> is red then).
/// </summary>
internal static class SpanNumber
{
    /// <summary>Makes <paramref name="span"/> the root of its trace, numbered <paramref name="number"/>.</summary>
    public static void MakeRoot(Activity span, ActivitySpanId number)
    {
        try
        {
            Number(span) = number.ToHexString();
            Parent(span) = null;
        }
        catch (MissingFieldException)
        {
            // The trace shows all its parts all the same.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? Number(Activity span);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_parentSpanId")]
    private static extern ref string? Parent(Activity span);
}
