namespace VdiBroker.Trust;

/// <summary>A file that the settings name: a certificate, a key, a password. What cannot be read is found when the settings are, not in the middle of the start.</summary>
internal static class NamedFile
{
    /// <summary>Tries to open it, as the account that this runs as.</summary>
    /// <param name="option">What names it, such as <c>tls.key</c>.</param>
    /// <param name="file">Its path.</param>
    /// <param name="remedy">What to do when it is not there; empty = it says itself.</param>
    /// <returns>What is wrong with it and what to do; null = it can be read.</returns>
    public static string? Fault(string option, string file, string remedy = "")
    {
        try
        {
            using var opened = File.OpenRead(file);
            return null;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            return $"{option}: '{file}' is not there{(remedy.Length == 0 ? "" : $"; {remedy}")}";
        }
        catch (UnauthorizedAccessException) when (System.IO.Directory.Exists(file))
        {
            return $"{option}: '{file}' is a folder; name the file in it";
        }
        catch (UnauthorizedAccessException)
        {
            // What 'broker ca issue' writes is its owner's alone.
            return $"{option}: '{file}' is there, or its folder, and {Environment.UserName} may not read it; give both to the broker's group: chgrp vdi-broker, chmod 640 for the file, 750 for the folder";
        }
        catch (IOException fault)
        {
            return $"{option}: '{file}' cannot be read: {fault.Message}";
        }
    }
}
