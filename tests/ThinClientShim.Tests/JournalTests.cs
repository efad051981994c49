using VdiBroker.Shim.Terminal;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>The station's journal does not fill its disk.</summary>
public sealed class JournalTests : AtAStation
{
    private const int Longest = 1000;

    private string Path => Station.At("journal");

    [Fact]
    public void It_is_begun_anew_and_the_one_before_is_kept()
    {
        using (var journal = Journal.Open(Path, Longest))
            for (var n = 0; n < 100; n++) journal.Step($"step n={n:000}");
        string[] files = [Path + ".1", Path];
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, Longest + 100));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        // The newest, without a gap.
        var kept = files.SelectMany(File.ReadLines).Select(line => int.Parse(line[^3..])).ToList();
        Assert.Equal(Enumerable.Range(100 - kept.Count, kept.Count), kept);
        Assert.True(kept.Count > 20);
    }

    [Fact]
    public void What_was_there_before_is_gone_on_with()
    {
        foreach (var word in (string[])["first", "second"])
            using (var journal = Journal.Open(Path)) journal.Step(word);
        Assert.Equal(["first", "second"], File.ReadLines(Path).Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public void Where_it_cannot_be_kept_it_is_emptied()
    {
        Directory.CreateDirectory(Path + ".1/held");
        using (var journal = Journal.Open(Path, Longest))
            for (var n = 0; n < 100; n++) journal.Step($"step n={n:000}");
        Assert.InRange(new FileInfo(Path).Length, 1, Longest + 100);
        Assert.EndsWith("n=099", File.ReadLines(Path).Last(), StringComparison.Ordinal);
        Assert.DoesNotContain('\0', File.ReadAllText(Path));
    }
}
