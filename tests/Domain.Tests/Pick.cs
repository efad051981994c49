using CsCheck;

namespace VdiBroker.Domain.Tests;

internal static class Pick
{
    /// <summary>One of the given values.</summary>
    public static Gen<T> From<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(place => values[place]);
}
