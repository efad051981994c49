using System.Collections.Immutable;
using VdiBroker.Pools;
using VdiBroker.Protocol.Records.V1;
using VdiBroker.Tenancy;

namespace VdiBroker.Records;

/// <summary>What somebody wants to know.</summary>
/// <param name="What">A person, a station, a reference, a session, a number.</param>
/// <param name="Last">How many sign-ins at most, from 1.</param>
/// <param name="Language">IETF tag.</param>
internal sealed record Question(string What, int Last, string Language);

/// <summary>Tells what became of sign-ins of the last days, and why.</summary>
internal sealed class ExplainOpening(RecordStore records, TenantCatalogue tenants, PoolCatalogue pools)
{
    /// <summary>The most sign-ins that are told at once.</summary>
    public const int Most = 100;

    /// <summary>The longest text that is looked for.</summary>
    public const int LongestText = 320;

    /// <summary>Answers somebody who may read everything: who has the broker's own settings.</summary>
    /// <exception cref="Storage.StoreOutOfReachException">The store is out of reach.</exception>
    public Task<ImmutableArray<Explanation>> RunAsync(Question question) => RunAsync(question, Operator.OfAll);

    /// <summary>Answers an operator: what is not of their tenants' people is as if it were not there, and so is what nobody known did.</summary>
    /// <exception cref="Storage.StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<ImmutableArray<Explanation>> RunAsync(Question question, Operator asking)
    {
        var voice = new Voice(question.Language, TimeZoneInfo.Local, pools);
        var found = await new FindRecords(records, tenants).RunAsync(question.What, question.Last, asking);
        return [.. found.Select(record => Explanations.Of(Telling.Of(record.Id, record.Course, voice)))];
    }
}
