using VdiBroker.City.Directory;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Bench;

/// <summary>Memory of this process before and after every person of a large town has signed in once; what the broker keeps of groups is in it.</summary>
internal static class KnownPart
{
    private const int InFlight = 32;
    private const int Groups = 2000;
    private const int Warmup = 300;

    /// <summary>Measures it.</summary>
    public static async Task MeasureAsync(Report report, int people, int connections, CancellationToken cancel)
    {
        report.AddLoad("knownLoad");
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-bench-large-");
        try
        {
            var town = await LargeTown.LoadAsync(folder.FullName, people, Groups, cancel);
            await using var server = await BenchDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.55", cancel, town.AsSuffix);
            var directory = server.Options("large", connections) with
            {
                People = new PeopleOptions($"ou=people,{LargeTown.Suffix}"),
                Groups = new GroupsOptions($"ou=groups,{LargeTown.Suffix}") { MaxDepth = LargeTown.Depth + 1 },
            };
            var tenant = new TenantId("large");
            await using var broker = await BenchBroker.StartAsync([directory], [new TenantBranch(tenant, directory.Id, directory.People.Base)], cancel);
            Task SignInAsync(long person) => broker.LetInAsync(LargeTown.Login((int)person), town.Password, tenant, cancel);
            // Code and connections are there before; the first people are signed in again below.
            await Round.EachAsync(InFlight, Math.Min(Warmup, people), SignInAsync);
            var before = Memory.Now();
            var round = await Round.EachAsync(InFlight, people, SignInAsync);
            var after = Memory.Now();
            report.Add("knownPeople", people, $"different people signed in once each, {InFlight} in flight, {Groups} groups nested to a depth of {LargeTown.Depth}");
            report.Add("knownGroups", broker.KnownGroups, "groups that the broker keeps");
            report.Add("knownKibBefore", before.ResidentKib, "KiB resident, after the first few hundred people");
            report.Add("knownKibAfter", after.ResidentKib, "KiB resident, after all of them");
            report.Add("knownHeapKibBefore", before.HeapKib, "KiB of managed objects alive");
            report.Add("knownHeapKibAfter", after.HeapKib, "KiB of managed objects alive");
            report.Add("knownBytesPerPerson", (after.ResidentKib - before.ResidentKib) * 1024 / people, "bytes resident");
            report.Add("knownHeapBytesPerPerson", (after.HeapKib - before.HeapKib) * 1024 / people, "bytes of managed objects alive");
            report.Add("knownSignInsPerSecond", round.PerSecond, "sign-in checks/s");
            report.Add("knownCpuMicroseconds", round.CpuMicroseconds, "µs of this process's CPU for each");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed record Memory(double ResidentKib, double HeapKib)
    {
        public static Memory Now()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return new Memory(Environment.WorkingSet / 1024.0, GC.GetTotalMemory(forceFullCollection: false) / 1024.0);
        }
    }
}
