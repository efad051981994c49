namespace VdiBroker.City.Story;

/// <summary>
/// A program before xfreerdp that keeps every ticket which vdi-shim hands over, so that the reader of secrets knows what to look for. It passes
/// the ticket on by a pipe, as the shim does, and becomes xfreerdp under the same pid.
/// </summary>
internal static class TicketTrap
{
    /// <summary>Lays it in a folder of its own.</summary>
    /// <returns>Path of the program, for vdi-shim's <c>--freerdp</c>.</returns>
    public static string Lay(string folder)
    {
        System.IO.Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var program = Path.Combine(folder, "freerdp");
        File.WriteAllText(program, $"""
            #!/bin/bash
            IFS= read -r ticket
            printf '%s\n' "$ticket" >>'{folder}/tickets'
            exec xfreerdp "$@" < <(printf '%s\n' "$ticket")

            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return program;
    }

    /// <summary>All tickets that went by.</summary>
    public static IReadOnlyList<string> Taken(string program)
    {
        var file = Path.Combine(Path.GetDirectoryName(program)!, "tickets");
        return File.Exists(file) ? [.. File.ReadAllLines(file).Where(line => line.Length > 0).Distinct()] : [];
    }
}
