using System.Text;

namespace VdiBroker.Agent.Local;

/// <summary>
/// Lines that a restarted agent still knows (0600, no secret in them), valid for one boot. Not for concurrent use.
/// </summary>
/// <param name="path">Beside the socket.</param>
/// <param name="bootId">Lines of another boot are forgotten: their sessions are gone.</param>
/// <param name="log">Told when the file cannot be read or written; the agent goes on without.</param>
internal sealed class StateFile(string path, string bootId, AgentLog log)
{
    /// <summary>What an earlier agent of the same boot wrote; empty when there is none.</summary>
    public IReadOnlyList<string> Load()
    {
        try
        {
            return File.Exists(path) && File.ReadAllLines(path) is [var boot, .. var lines] && boot == bootId ? lines : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Warning($"{path} cannot be read ({fault.Message}): what it said is unknown until it is learnt again");
            return [];
        }
    }

    /// <summary>Replaces the file, whole or not at all.</summary>
    public void Save(IEnumerable<string> lines)
    {
        try
        {
            var draft = path + ".new";
            File.Delete(draft);
            using (var stream = new FileStream(draft, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                stream.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines.Prepend(bootId)) + "\n"));
            }
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Warning($"{path} cannot be written ({fault.Message}): a restarted agent would not know what it says");
        }
    }
}
