using VdiBroker.Race.Checking;
using VdiBroker.Race.History;

// Checks a history that was kept: one violation a line; exit status 1 when there is one.
if (args is not [var file])
{
    Console.Error.WriteLine("vdi-race HISTORY.jsonl");
    return 2;
}
var violations = Checker.Check(RaceHistory.Load(file).Events());
foreach (var violation in violations) Console.WriteLine(violation);
return violations.Count == 0 ? 0 : 1;
