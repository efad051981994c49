using Grpc.Core;
using VdiBroker.Protocol.Records.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;
using VdiBroker.Tenancy;
using VdiBroker.Trust;

namespace VdiBroker.Records;

/// <summary>The operators' edge: reads the request, calls the use case, writes the reply.</summary>
internal sealed class RecordsRpc(Caller caller, OperatorCatalogue operators, ExplainOpening explain, ILogger<RecordsRpc> logger) : RecordService.RecordServiceBase
{
    private const int QuestionsAtOnce = 4;
    private readonly PeerLimits _questions = new(QuestionsAtOnce);

    /// <inheritdoc/>
    public override async Task<ExplainOpeningReply> ExplainOpening(ExplainOpeningRequest request, ServerCallContext context)
    {
        var name = caller.Require(context, PeerKind.Operator);
        using var place = _questions.Enter(name);
        var asking = operators.Find(name) ?? throw new RefusalException(ErrorCode.CallerNotAllowed, $"the city file names no operator '{name}'");
        if (request.What.Trim().Length is 0 or > Records.ExplainOpening.LongestText) throw Invalid($"what must have 1 to {Records.ExplainOpening.LongestText} characters");
        if (request.Last > Records.ExplainOpening.Most) throw Invalid($"last must be at most {Records.ExplainOpening.Most}");
        var told = await explain.RunAsync(new Question(request.What, Math.Max(1, (int)request.Last), request.Language), asking);
        // Who looked at whose records is for the tenant to know; what was typed may be a password and stays out.
        RecordsLog.Read(logger, name, told.Length, string.Join(' ', told.Select(one => one.Record)));
        return new ExplainOpeningReply { Explanations = { told } };
    }

    private static RefusalException Invalid(string what) => new(ErrorCode.InvalidRequest, what);
}
