using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using VdiBroker.City.Brokers;
using VdiBroker.Race;
using VdiBroker.Race.Checking;
using VdiBroker.Race.Farm;
using VdiBroker.Race.History;
using VdiBroker.Race.Machines;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var minutes = new Option<double>("--minutes") { Description = "how long people race; their signing out and the trying of seats come on top", DefaultValueFactory = _ => 1 };
var seed = new Option<int?>("--seed") { Description = "draws the faults; the same seed, the same schedule" };
var sabotage = new Option<string?>("--sabotage") { Description = $"breaks a script: {string.Join(", ", SabotagedBroker.All.Keys)}" };
var json = new Option<FileInfo?>("--json") { Description = "takes the figures, faults and violations" };
var kept = new Option<FileInfo?>("--history") { Description = "takes everything that was seen, one event a line" };
var keep = new Option<DirectoryInfo?>("--keep") { Description = "takes the logs of all processes" };
var store = new Option<StoreShape>("--store") { Description = "which store", DefaultValueFactory = _ => StoreShape.Sentinel };
var small = new Option<bool>("--small") { Description = "a tenth of the people, two brokers" };
var calm = new Option<bool>("--calm") { Description = "no faults" };
var rolling = new Option<bool>("--rolling") { Description = "no faults but that each of three brokers is stopped and started again, in turn, over and over: no sign-in may be dropped" };
var early = new Option<bool>("--stop-early") { Description = "judges every 5 s and ends at the first violation" };
var root = new RootCommand("The race: hundreds of people sign in over and over for desktops too few while brokers, store, agents and hosts are killed and frozen; then its history is judged. Exit status 0 only without a violation.")
{
    minutes, seed, sabotage, json, kept, keep, store, small, calm, rolling, early,
};
root.SetAction((parsed, cancel) => RunAsync(parsed, cancel));

var file = new Argument<FileInfo>("history");
var check = new Command("check", "judges a history that was kept: some violations of each rule, and what was seen around the first") { file };
check.SetAction(parsed => Judge(Checker.Check(RaceHistory.Load(parsed.GetRequiredValue(file).FullName).Events())));
root.Add(check);

var (ca, certificate, key, boot) = (new Option<string>("--ca") { Required = true }, new Option<string>("--certificate") { Required = true }, new Option<string>("--key") { Required = true }, new Option<string>("--boot") { Required = true });
var (brokers, log) = (new Option<string[]>("--broker") { Required = true }, new Option<string>("--log") { Required = true });
var agent = new Command("agent", "a host's agent, started by the race") { ca, certificate, key, boot, brokers, log };
agent.Hidden = true;
agent.SetAction(parsed => AgentProgram.RunAsync(parsed.GetRequiredValue(ca), new IssuedCertificate(parsed.GetRequiredValue(certificate), parsed.GetRequiredValue(key)), parsed.GetRequiredValue(boot), parsed.GetRequiredValue(brokers), parsed.GetRequiredValue(log)));
root.Add(agent);

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });

async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
{
    var options = new RaceOptions
    {
        Length = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
        Seed = parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(1, 1_000_000),
        Plan = (parsed.GetValue(small) ? RacePlan.Small with { Brokers = parsed.GetValue(rolling) ? RacePlan.Full.Brokers : RacePlan.Small.Brokers } : RacePlan.Full) with { Store = parsed.GetValue(store) },
        Sabotage = parsed.GetValue(sabotage),
        Calm = parsed.GetValue(calm),
        Rolling = parsed.GetValue(rolling),
        StopEarly = parsed.GetValue(early),
        Keep = parsed.GetValue(keep)?.FullName,
    };
    Console.WriteLine($"seed {options.Seed}");
    var history = new RaceHistory();
    try
    {
        await new RaceRun(options, history, Console.WriteLine).RunAsync(cancel);
    }
    finally
    {
        if (parsed.GetValue(kept) is { } to) history.Save(to.FullName);
    }
    var events = history.Events();
    var violations = Checker.Check(events);
    var report = RaceReport.Of(options, events, violations);
    if (parsed.GetValue(json) is { } figures) report.Save(figures.FullName);
    Console.WriteLine(report);
    if (violations.Count > 0)
        foreach (var fault in report.Faults) Console.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{fault.From,8:0.000} s to {fault.Until:0.000} s  {fault.Kind} {fault.Target}"));
    return Judge(violations);
}

static int Judge(IReadOnlyList<Violation> violations)
{
    // One cause has many victims: of each rule a few, and of the first what was seen around it.
    const int told = 5;
    const int seen = 30;
    foreach (var rule in violations.GroupBy(violation => violation.Rule))
    {
        foreach (var violation in rule.Take(told)) Console.WriteLine(violation);
        if (rule.Count() > told) Console.WriteLine($"          {rule.Key}: {rule.Count() - told} more");
        foreach (var one in rule.First().Excerpt.Take(seen)) Console.WriteLine($"            {one}");
    }
    return violations.Count == 0 ? 0 : 1;
}
