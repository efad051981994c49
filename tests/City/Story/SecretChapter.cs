using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.City.Secrets;

namespace VdiBroker.City.Story;

/// <summary>Nobody on these machines can read a password or a live ticket.</summary>
public static class SecretChapter
{
    public static readonly StoryStep Nothing = new("No password and no live ticket in any process's arguments or environment, any log, any Redis value", async scene =>
    {
        scene.CollectTickets();
        scene.Reader.ReadProcesses();
        scene.Reader.ReadLogs();
        await scene.Reader.ReadStoreAsync();
        StoryScene.Must(scene.Reader.Found.Count == 0, string.Join("; ", scene.Reader.Found));
        StoryScene.Must(scene.Reader.Secrets > 10, $"only {scene.Reader.Secrets} secrets were known");
        return $"{scene.Reader.Secrets} secrets looked for, processes read {scene.Reader.Rounds} times, {scene.City.LogFiles().Count} logs";
    });

    public static readonly StoryStep Planted = new("The reader finds secrets that are planted in each of these places", async scene =>
    {
        var reader = new SecretReader(scene.City);
        var (argument, environment, log, value) = (Townspeople.NewPassword(), Townspeople.NewPassword(), Townspeople.NewPassword(), Townspeople.NewPassword());
        foreach (var (what, secret) in (IEnumerable<(string, string)>)[("argument", argument), ("environment", environment), ("log", log), ("value", value)]) reader.Watch(what, secret);
        var file = Path.Combine(scene.City.Folder, "planted.log");
        await using (ServerProcess.Start("planted", file, "/bin/sh", ["-c", "sleep 60", argument], new Dictionary<string, string> { ["PLANTED"] = environment }))
        {
            await File.AppendAllTextAsync(file, $"the password is {log}\n");
            await scene.City.Broker.RedisAsync("HSET", "planted", "field", value);
            await Eventually.HoldsAsync("the planted process is seen", TimeSpan.FromSeconds(10), () =>
            {
                reader.ReadProcesses();
                return reader.Found.Count >= 2;
            });
            reader.ReadLogs();
            await reader.ReadStoreAsync();
            await scene.City.Broker.RedisAsync("DEL", "planted");
        }
        File.Delete(file);
        foreach (var what in (string[])["argument in arguments", "environment in environment", "log in log", "value in Redis"])
            StoryScene.Must(reader.Found.Any(found => found.StartsWith(what, StringComparison.Ordinal)), $"the {what} was not found; found: {string.Join("; ", reader.Found)}");
        return string.Join("; ", reader.Found.Take(4));
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [Nothing, Planted];
}
