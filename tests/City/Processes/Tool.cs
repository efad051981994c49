using System.ComponentModel;
using System.Diagnostics;

namespace VdiBroker.City.Processes;

/// <summary>A program that is run to its end.</summary>
public static class Tool
{
    /// <summary>Runs a program and waits for its end; past the deadline it is killed.</summary>
    /// <param name="program">Path or name.</param>
    /// <param name="arguments">One element an argument, no quoting.</param>
    /// <param name="input">Written to its standard input, which is then closed.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    /// <param name="deadline">Default 30 s.</param>
    /// <param name="cancel">Kills it too.</param>
    public static async Task<ToolAnswer> RunAsync(string program, IEnumerable<string> arguments, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null, TimeSpan? deadline = null, CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // Whatever the caller's: answers are read, and accents are typed.
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(deadline ?? TimeSpan.FromSeconds(30));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await WriteAsync(process, input, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ToolAnswer(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new TimeoutException($"{program} {string.Join(' ', arguments.Take(3))}: did not end in time");
        }
    }

    /// <summary>Runs a program that must succeed and gives its output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another status than 0.</exception>
    public static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        var answer = await RunAsync(program, arguments);
        return answer.Status == 0 ? answer.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: status {answer.Status}\n{answer.Output}{answer.Error}");
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken cancel)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
        }
        catch (Exception closed) when (closed is IOException or Win32Exception)
        {
            // It ended without reading; its status says why.
        }
    }
}

/// <summary>What a program that has ended left.</summary>
public sealed record ToolAnswer(int Status, string Output, string Error);
