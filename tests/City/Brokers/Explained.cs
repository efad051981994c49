using System.Text.Json.Nodes;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>What <c>broker explain</c> tells. Records are written behind the answers: what has just happened is told a moment later.</summary>
public static class Explained
{
    /// <summary>Waits until it tells all of <paramref name="told"/>.</summary>
    /// <param name="broker">The broker that is asked, beside it.</param>
    /// <param name="what">Person, station, session or reference.</param>
    /// <param name="within">The longest wait.</param>
    /// <param name="told">Parts of its text, in French.</param>
    /// <exception cref="TimeoutException">It does not; the message ends in what it told last.</exception>
    public static Task UntilAsync(BrokerProcess broker, string what, TimeSpan within, params string[] told) =>
        Eventually.HoldsAsync($"explanation of {what} with {string.Join(" and ", told)}", within, async () =>
        {
            var answer = await broker.OperatorAsync("explain", what);
            return told.All(words => answer.Output.Contains(words, StringComparison.Ordinal)) ? true : throw new InvalidOperationException($"status {answer.Status}: {answer.Output}{answer.Error}");
        });

    /// <summary>Waits until it tells the last opening so.</summary>
    /// <param name="broker">The broker that is asked, beside it.</param>
    /// <param name="what">Person, station, session or reference.</param>
    /// <param name="within">The longest wait.</param>
    /// <param name="holds">What must be so of that opening.</param>
    /// <returns>The opening, in all that was told with it (<see cref="JsonNode.Root"/>).</returns>
    /// <exception cref="TimeoutException">It does not; the message ends in what it told last.</exception>
    public static async Task<JsonNode> LastOpeningAsync(BrokerProcess broker, string what, TimeSpan within, Func<JsonNode, bool> holds)
    {
        JsonNode? opening = null;
        await Eventually.HoldsAsync($"explanation of {what}", within, async () =>
        {
            var answer = await broker.OperatorAsync("explain", what, "--json");
            opening = answer.Status == 0 ? JsonNode.Parse(answer.Output)![0]!["openings"]!.AsArray()[^1] : null;
            return opening is not null && holds(opening) ? true : throw new InvalidOperationException($"status {answer.Status}: {answer.Output}{answer.Error}");
        });
        return opening!;
    }
}
