namespace VdiBroker.Kernel;

/// <summary>"Did you mean …?"</summary>
public static class Spelling
{
    private const int Near = 2;

    /// <summary>The known word that is nearest to what somebody wrote; null when none is within two changes of a letter.</summary>
    public static string? Nearest(string written, IEnumerable<string> known) =>
        known.Where(word => Distance(word, written) <= Near).MinBy(word => Distance(word, written));

    private static int Distance(string a, string b)
    {
        // Words whose lengths differ by more are not near: an endless cell costs nothing.
        if (Math.Abs(a.Length - b.Length) > Near) return Near + 1;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (diagonal, left) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
            {
                left = Math.Min(Math.Min(left, row[j]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }
        return row[^1];
    }
}
