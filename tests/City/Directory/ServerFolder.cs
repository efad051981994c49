using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>What the folders of all directory servers have in common: who may walk in, and how secrets lie there.</summary>
internal static class ServerFolder
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Opens the way down for a server that runs under an account of its own. What is ours is opened: its folder, and the city's around it
    /// (which is below the temp directory). The machine's own folders stay as they are.
    /// </summary>
    /// <exception cref="InvalidOperationException">A folder above is closed to other accounts; it is named.</exception>
    public static void OpenTheWay(string own, string account)
    {
        const UnixFileMode walk = UnixFileMode.OtherExecute | UnixFileMode.GroupExecute;
        var temp = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath())) + Path.DirectorySeparatorChar;
        var city = Path.GetDirectoryName(own)!;
        for (var folder = System.IO.Directory.CreateDirectory(own); folder is not null; folder = folder.Parent)
        {
            var ours = folder.FullName == own || (folder.FullName == city && city.StartsWith(temp, StringComparison.Ordinal));
            if (ours && !folder.UnixFileMode.HasFlag(walk)) folder.UnixFileMode |= walk;
            if (!folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                throw new InvalidOperationException($"{folder.FullName} is closed to other accounts, and a server runs as one ({account}) below it. Use a place that everybody can walk into: TMPDIR=/tmp");
        }
    }

    /// <summary>Writes a file that its owner alone may read.</summary>
    public static string WriteSecret(string file, string secret)
    {
        using var to = new StreamWriter(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        to.Write(secret);
        return file;
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <param name="input">Written to its standard input: the place for secrets.</param>
    /// <param name="program">Path or name.</param>
    /// <param name="arguments">One element an argument.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="InvalidOperationException">It ended with another status than 0; what it said is in the message.</exception>
    public static async Task RunAsync(string? input, string program, string[] arguments, CancellationToken cancel)
    {
        var answer = await Tool.RunAsync(program, arguments, input, deadline: Patience, cancel: cancel);
        if (answer.Status != 0) throw new InvalidOperationException($"{program} ended with status {answer.Status}.\n{answer.Output}{answer.Error}");
    }
}
