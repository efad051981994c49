using System.Net.Sockets;

namespace VdiBroker.Agent.Local;

/// <summary>The agent's place on the host: its directory (0700), its lock (one agent per place) and its listening socket (0600).</summary>
internal sealed class LocalPlace : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int Waiting = 128;

    private readonly FileStream _lock;

    private LocalPlace(FileStream held, Socket listener)
    {
        _lock = held;
        Listener = listener;
    }

    /// <summary>Listens for PAM's commands.</summary>
    public Socket Listener { get; }

    /// <summary>Takes the place; what a dead agent left is replaced.</summary>
    /// <exception cref="LocalPlaceTakenException">Another agent runs here, or the directory is not private; the message says what to do.</exception>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    /// <exception cref="SocketException">The socket cannot be made.</exception>
    public static LocalPlace Take(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder)) Directory.CreateDirectory(folder, OwnerOnly);
        else if ((File.GetUnixFileMode(folder) & ~OwnerOnly) != 0)
            throw new LocalPlaceTakenException($"{folder} is open to others: give the socket a directory of its own with mode 0700 (the agent makes it when it is missing)");
        FileStream held;
        try
        {
            held = new FileStream(path + ".lock", new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException fault)
        {
            throw new LocalPlaceTakenException($"another vdi-agent holds {path}.lock: only one runs on a host; end it first ({fault.Message})");
        }
        // Under the lock: whatever socket is there belongs to nobody.
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        // Between bind and chmod the directory's mode keeps others out.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(Waiting);
        return new LocalPlace(held, listener);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Listener.Dispose();
        _lock.Dispose();
    }
}

/// <summary>The agent's place is not to be had; the message says why and what to do.</summary>
internal sealed class LocalPlaceTakenException(string message) : Exception(message);
