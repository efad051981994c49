using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace VdiBroker.Bench.Decide;

/// <summary><c>decide</c>: the pure core and the protocol's hot paths, by BenchmarkDotNet: nanoseconds and bytes allocated.</summary>
internal static class DecideCommand
{
    private const int Failed = 1;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var once = new Option<bool>("--once") { Description = "runs each once, to see that it runs: the figures say nothing" };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("decide", "placement, opening, queue order, admission and messages: time and allocations of each") { once, json };
        command.SetAction(parsed =>
        {
            var report = new Report();
            report.AddLoad("decideLoad");
            var artifacts = System.IO.Directory.CreateTempSubdirectory("vdi-decide-");
            try
            {
                var whole = Measure(report, artifacts.FullName, parsed.GetValue(once));
                report.Write(Console.Out, parsed.GetValue(json));
                return whole ? 0 : Failed;
            }
            finally
            {
                artifacts.Delete(recursive: true);
            }
        });
        return command;
    }

    // False when one did not run.
    private static bool Measure(Report report, string artifacts, bool once)
    {
        var job = (once ? Job.Dry : Job.ShortRun).WithToolchain(InProcessNoEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty().AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddLogger(NullLogger.Instance)
            .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance).WithArtifactsPath(artifacts).WithOptions(ConfigOptions.DisableOptimizationsValidator);
        var whole = true;
        foreach (var summary in (BenchmarkDotNet.Reports.Summary[])[BenchmarkRunner.Run<CoreBenchmarks>(config), BenchmarkRunner.Run<MessageBenchmarks>(config)])
        {
            foreach (var one in summary.Reports)
            {
                var size = one.BenchmarkCase.Parameters.Items is [{ Value: var value }, ..] ? value : null;
                var name = string.Create(CultureInfo.InvariantCulture, $"{char.ToLowerInvariant(one.BenchmarkCase.Descriptor.WorkloadMethod.Name[0])}{one.BenchmarkCase.Descriptor.WorkloadMethod.Name[1..]}{size}");
                whole &= one.ResultStatistics is not null;
                report.Add($"{name}Us", (one.ResultStatistics?.Mean ?? 0) / 1000, one.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''));
                report.Add($"{name}Bytes", one.GcStats.GetBytesAllocatedPerOperation(one.BenchmarkCase) ?? 0, "allocated by it");
            }
            whole &= summary.Reports.Length > 0 && !summary.HasCriticalValidationErrors;
        }
        return whole;
    }
}
