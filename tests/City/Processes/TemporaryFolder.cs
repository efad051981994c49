namespace VdiBroker.City.Processes;

/// <summary>A test's own folder.</summary>
public static class TemporaryFolder
{
    /// <summary>Removes it with all that is in it; what a program that is just ending still writes there is removed too.</summary>
    /// <param name="folder">Its path; nothing happens when there is none.</param>
    public static Task RemoveAsync(string folder) => Eventually.HoldsAsync($"{folder} can be removed", TimeSpan.FromSeconds(20), () =>
    {
        if (System.IO.Directory.Exists(folder)) System.IO.Directory.Delete(folder, recursive: true);
        return true;
    });
}
