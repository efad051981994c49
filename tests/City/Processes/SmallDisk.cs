namespace VdiBroker.City.Processes;

/// <summary>A disk of a few MiB (a tmpfs of its own) that a test may fill to the last byte. Needs root, as the hosts of the tests do.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const int Chunk = 4096;

    private SmallDisk(string folder) => Folder = folder;

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Mounts one.</summary>
    /// <param name="folder">An empty folder, made when it is not there.</param>
    /// <param name="mebibytes">How large.</param>
    public static async Task<SmallDisk> MountAsync(string folder, int mebibytes)
    {
        System.IO.Directory.CreateDirectory(folder);
        await Tool.OutputAsync("mount", ["-t", "tmpfs", "-o", $"size={mebibytes}m,mode=777", "small-disk", folder]);
        return new SmallDisk(folder);
    }

    /// <summary>Takes all that is free.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var chunk = new byte[Chunk];
        try
        {
            while (true) filler.Write(chunk);
        }
        catch (IOException)
        {
            // No space left on the device: that is what was wanted.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Filler);

    /// <summary>Whoever wrote on it must have ended.</summary>
    public async ValueTask DisposeAsync() => await Tool.RunAsync("umount", ["--lazy", Folder]);
}
