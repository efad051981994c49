using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.City.Secrets;
using VdiBroker.City.Stations;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.City.Story;

/// <summary>Nobody on these machines can read a password or a live ticket.</summary>
public static class SecretChapter
{
    public static readonly StoryStep InUse = new("While a host asks whether a ticket is good, the ticket is in no process's arguments or environment", async scene =>
    {
        if (scene.B.InUse) await scene.B.LeaveAsync();
        // Somebody who has not been on any host yet, so that the variable below is of this logon and of no other.
        var person = scene.City.People["lucien.henault"];
        var held = await scene.TakeAsync(person);
        var desktop = held.Desktop;
        var blade = scene.City.Blade(desktop.Host);
        blade.FreezeAgent();
        try
        {
            await using var client = await PlainClient.StartAsync(scene.B, desktop.Address, (int)desktop.Port, desktop.CertificateSha256.Memory, desktop.User, desktop.Ticket);
            RunningProgram? asking = null;
            await Eventually.HoldsAsync($"vdi-agent redeem runs on {desktop.Host}", TimeSpan.FromSeconds(30), () =>
                (asking = blade.Processes().FirstOrDefault(program => program.Name == "vdi-agent" && program.Arguments.Contains("redeem"))) is not null);
            scene.Reader.ReadProcesses();
            StoryScene.Must(ProcessTable.StillRunning([asking!]).Count == 1, "vdi-agent redeem was gone before it was read");
            StoryScene.Must(scene.Reader.HasSeen($"PAM_USER={person.Login}"), "the environment of vdi-agent redeem was not read");
            blade.ThawAgent();
            // It was the right ticket: it opens the desktop now.
            await scene.B.ShowsDesktopAsync(StoryScene.Patience);
            await scene.Caller.CloseAsync(held, Closing.SignOut);
            await scene.B.ShowsNothingAsync(StoryScene.Patience);
            var found = scene.Reader.Find();
            StoryScene.Must(found.Count == 0, string.Join("; ", found));
            return $"{string.Join(' ', asking!.Arguments.Select(Path.GetFileName))} (pid {asking.Pid}) read while it waited for its answer; then the desktop came";
        }
        finally
        {
            blade.ThawAgent();
        }
    });

    public static readonly StoryStep Nothing = new("No password and no live ticket in any process's arguments or environment, any log, any Redis value", async scene =>
    {
        scene.CollectTickets();
        scene.Reader.ReadProcesses();
        scene.Reader.ReadLogs();
        await scene.Reader.ReadStoreAsync();
        var found = scene.Reader.Find();
        StoryScene.Must(found.Count == 0, string.Join("; ", found));
        StoryScene.Must(!scene.Reader.Overflowed, $"more than {scene.Reader.Texts} different arguments and variables: not all could be kept");
        StoryScene.Must(scene.Reader.Secrets > 10, $"only {scene.Reader.Secrets} secrets were known");
        return $"{scene.Reader.Secrets} secrets looked for, processes read {scene.Reader.Rounds} times, {scene.Reader.Texts} different arguments and variables, {scene.City.LogFiles().Count} logs";
    });

    public static readonly StoryStep Planted = new("The reader finds secrets that are planted in each of these places", async scene =>
    {
        var reader = new SecretReader(scene.City);
        var (argument, environment, log, value) = (Townspeople.NewPassword(), Townspeople.NewPassword(), Townspeople.NewPassword(), Townspeople.NewPassword());
        var file = Path.Combine(scene.City.Folder, "planted.log");
        await using (ServerProcess.Start("planted", file, "/bin/sh", ["-c", "read line", argument], new Dictionary<string, string> { ["PLANTED"] = environment }, withInput: true))
        {
            await File.AppendAllTextAsync(file, $"the password is {log}\n");
            await StoreReading.PlantAsync(scene.City.Store, value);
            await Eventually.HoldsAsync("the planted process is seen", TimeSpan.FromSeconds(10), () =>
            {
                reader.ReadProcesses();
                return reader.HasSeen(argument) && reader.HasSeen($"PLANTED={environment}");
            });
        }
        // Known only now that the process is gone.
        foreach (var (what, secret) in (IEnumerable<(string, string)>)[("argument", argument), ("environment", environment), ("log", log), ("value", value)]) reader.Watch(what, secret);
        reader.ReadLogs();
        await reader.ReadStoreAsync();
        await StoreReading.PlantAsync(scene.City.Store, null);
        File.Delete(file);
        var found = reader.Find();
        foreach (var what in (string[])["argument in arguments", "environment in environment", "log in log", "value in Redis"])
            StoryScene.Must(found.Any(place => place.StartsWith(what, StringComparison.Ordinal)), $"the {what} was not found; found: {string.Join("; ", found)}");
        return string.Join("; ", found.Take(4));
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [InUse, Nothing, Planted];
}
