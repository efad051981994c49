using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Demo;
using VdiBroker.City.Story;

var keep = new Option<DirectoryInfo?>("--keep") { Description = "folder for pictures and logs that stays" };
var store = new Option<StoreShape>("--store") { Description = "what its store is made of: the broker's own Redis, one of the operator's, Sentinel or Cluster" };
var demo = new Command("demo", "starts the demo city and ends it at Ctrl-C") { keep, store };
demo.SetAction((parsed, _) =>
{
    TellOfLeft();
    return DemoPlay.RunAsync(parsed.GetValue(store), parsed.GetValue(keep)?.FullName, Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } display ? display : null);
});

var folder = new Option<DirectoryInfo>("--out") { Description = "takes numbered pictures, story.json and logs", Required = true };
var only = new Option<string>("--only") { Description = "only the lines that contain this (for whoever writes one; a line may need those before it)", DefaultValueFactory = _ => "" };
var story = new Command("story", "plays the story that must be true; exits 0 only if every line held") { folder, store, only };
story.SetAction((parsed, _) =>
{
    TellOfLeft();
    return PlayAsync(parsed.GetValue(store), parsed.GetValue(folder)!.FullName, parsed.GetValue(only)!);
});

var shots = new Option<DirectoryInfo>("--out") { Description = "takes the pictures", Required = true };
var pictures = new Command("pictures", "takes a picture of every screen of a station, in both languages and three sizes") { shots };
pictures.SetAction((parsed, _) => PicturesPlay.RunAsync(parsed.GetValue(shots)!.FullName));

var root = new RootCommand("A whole city of real parts on this machine's loopback: directory, broker, session hosts, stations.") { demo, story, pictures };
// Ctrl-C is ours: everything that was started is ended in order, however long that takes.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static void TellOfLeft()
{
    foreach (var left in LeftCity.Find())
        Console.WriteLine($"Une ville tuée tourne encore / A city that was killed still runs: {left.Folder}\n  pour la terminer / to end it: {left.HowToEnd}");
}

static async Task<int> PlayAsync(StoreShape store, string folder, string only)
{
    using var end = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
    try
    {
        var result = await StoryPlay.RunAsync([.. StoryPlay.Steps.Where(step => step.Name.Contains(only, StringComparison.Ordinal))], store, folder, line =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(line.Ok ? "ok  " : "FAIL")} {line.Seconds,6:0.0} s  {line.Name}\n                {line.Note}")), end.Token);
        foreach (var (name, value) in result.Figures) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-36}{value,10:0.#}"));
        foreach (var aim in result.Aims) Console.WriteLine(aim.ToString());
        Console.WriteLine($"{result.Lines.Count(line => line.Ok)} of {result.Lines.Count} lines held; pictures, logs and story.json in {folder}");
        return result.Ok ? 0 : 1;
    }
    catch (OperationCanceledException)
    {
        return 130;
    }

    void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        end.Cancel();
    }
}
