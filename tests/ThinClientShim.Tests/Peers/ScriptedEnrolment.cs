using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>Admits the stations that ask a <see cref="ScriptedBroker"/>, when a test says so.</summary>
internal sealed class ScriptedEnrolment(TestAuthority authority) : EnrolmentService.EnrolmentServiceBase
{
    public const string Code = "ABCD-EFGH";
    private volatile TaskCompletionSource<Func<PublicKey, EnrolReply>> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Who has asked, and what it said of itself.</summary>
    public ConcurrentQueue<(X509Certificate2 Shown, EnrolRequest Says)> Asked { get; } = new();

    /// <summary>Who has renewed, by its certificate, and the key that it wanted.</summary>
    public ConcurrentQueue<(X509Certificate2 Shown, PublicKey Wanted)> Renewed { get; } = new();

    /// <summary>Nobody's certificate is renewed, for this reason.</summary>
    public ErrorCode? RenewsNobody { get; set; }

    /// <summary>Admits whoever waits; the certificate began so long ago, and holds for an hour.</summary>
    public void Accept(string name, TimeSpan began) => _decided.TrySetResult(key => new EnrolReply { Accepted = new EnrolmentAccepted { Name = name, Certificate = authority.Admit(key, name, began), Text = $"Admis : {name}." } });

    /// <summary>Refuses; whoever asks after that waits anew.</summary>
    public void Refuse(string text)
    {
        var decided = _decided;
        _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
        decided.TrySetResult(_ => new EnrolReply { Refused = new EnrolmentRefused { Text = text } });
    }

    public override async Task Enrol(EnrolRequest request, IServerStreamWriter<EnrolReply> responseStream, ServerCallContext context)
    {
        var shown = context.GetHttpContext().Connection.ClientCertificate!;
        Asked.Enqueue((shown, request));
        await responseStream.WriteAsync(new EnrolReply { Waiting = new EnrolmentWaiting { Code = Code, Text = "Ce poste attend." } });
        var decided = await _decided.Task.WaitAsync(context.CancellationToken);
        await responseStream.WriteAsync(decided(shown.PublicKey));
    }

    public override Task<RenewReply> Renew(RenewRequest request, ServerCallContext context)
    {
        var shown = context.GetHttpContext().Connection.ClientCertificate!;
        var wanted = CertificateRequest.LoadSigningRequest(request.SigningRequest.ToByteArray(), HashAlgorithmName.SHA256).PublicKey;
        Renewed.Enqueue((shown, wanted));
        if (RenewsNobody is { } why) throw ScriptedDesk.Fault(why, StatusCode.PermissionDenied, Retry.Never, "Ce poste n'est plus admis.");
        var held = shown.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(wanted.ExportSubjectPublicKeyInfo());
        return Task.FromResult(new RenewReply { Certificate = held ? "" : authority.Admit(wanted, "poste-neuf", TimeSpan.FromMinutes(1)) });
    }
}
