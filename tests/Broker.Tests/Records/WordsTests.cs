using System.Reflection;
using VdiBroker.Directory;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Records;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Records;

/// <summary>No name of a decision, an error or a cause reaches the helpdesk without its words in both languages.</summary>
public sealed class WordsTests
{
    public static TheoryData<ErrorCode> Errors => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Every_error_says_why_and_what_to_do(ErrorCode code)
    {
        var words = RefusalWords.Find(code);
        Assert.True(words is not null, $"{code} has no words in RefusalWords");
        Assert.All((string[])[words.Why.French, words.Why.English], why =>
        {
            Assert.Matches(@"\A\p{Ll}.{8,}[^.]\z", why);
            Assert.DoesNotContain("_", why, StringComparison.Ordinal);
        });
        Assert.All((string[])[words.Do.French, words.Do.English], advice => Assert.Matches(@"\A\p{Lu}[^.]{8,}\.\z", advice));
        Assert.NotEqual(words.Why.French, words.Why.English);
    }

    [Fact]
    public void Every_verdict_on_a_host_has_its_words() => Worded(Enum.GetNames<Verdict>(), FactWords.Verdict);

    [Fact]
    public void Every_leaning_of_a_rule_has_its_words() => Assert.All(Enum.GetNames<Leaning>(), name => Assert.NotNull(FactWords.Leaning(name)));

    [Fact]
    public void Every_decision_has_its_words() => Worded(typeof(OpeningDecision).GetNestedTypes().Select(type => type.Name), FactWords.Decision);

    [Fact]
    public void Every_policy_has_its_words() => Worded(PlacementPolicy.All.Select(policy => policy.Name), FactWords.Policy);

    [Fact]
    public void Every_verdict_on_a_ticket_has_its_words() => Worded(Enum.GetNames<TicketVerdict>(), FactWords.Ticket);

    [Fact]
    public void Every_phase_of_a_session_has_its_words() => Worded(Enum.GetNames<SessionPhase>(), FactWords.Phase);

    [Fact]
    public void Every_ground_of_a_rejection_has_its_words() => Worded(Enum.GetNames<RejectionGround>(), FactWords.Ground);

    [Fact]
    public void Every_cause_of_a_phase_has_its_words() => Worded(
        typeof(Reconciliation).Assembly.GetTypes().Where(type => type.Namespace == typeof(Reconciliation).Namespace)
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(field => field.IsLiteral && field.FieldType == typeof(string)).Select(field => (string)field.GetRawConstantValue()!),
        FactWords.Cause);

    [Fact]
    public void Every_limit_that_ends_a_desktop_has_its_words() => Worded(Enum.GetValues<Limit>().Select(limit => $"limit-{limit.Word()}"), FactWords.Cause);

    private static void Worded(IEnumerable<string> names, Func<string, (string French, string English)?> words)
    {
        var all = names.ToList();
        Assert.NotEmpty(all);
        Assert.All(all, name =>
        {
            Assert.True(words(name) is { French.Length: > 3, English.Length: > 3 }, $"{name} has no words in FactWords");
            Assert.NotEqual(words(name)!.Value.French, words(name)!.Value.English);
        });
    }
}
