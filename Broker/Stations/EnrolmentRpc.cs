using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using VdiBroker.Storage;
using VdiBroker.Trust;

namespace VdiBroker.Stations;

/// <summary>The edge of stations that want a certificate: reads the request, calls the use case, writes the reply.</summary>
internal sealed class EnrolmentRpc(Caller caller, EnrolmentStore wishes, FarmEvents events, RenewStation renew, StreamsEnd ending) : EnrolmentService.EnrolmentServiceBase
{
    private const int LongestRequest = 2048;
    private const int RenewalsAtOnce = 1;
    private static readonly TimeSpan _signOfLife = TimeSpan.FromSeconds(30);
    private readonly PeerLimits _asking = new(EnrolmentStore.MostOfAnAddress);
    private readonly PeerLimits _renewing = new(RenewalsAtOnce);

    /// <inheritdoc/>
    public override async Task Enrol(EnrolRequest request, IServerStreamWriter<EnrolReply> responseStream, ServerCallContext context)
    {
        var shown = Caller.RequireStranger(context);
        var address = context.GetHttpContext().Connection.RemoteIpAddress;
        using var place = _asking.Enter(StrangersDoor.Neighbours(address));
        var wish = Wish(request, shown, address);
        using var end = ending.With(context);
        // Whoever decides of it may do so at another broker.
        var bell = new Bell();
        using var following = events.Follow("key", wish.Key, bell.Ring);
        while (true)
        {
            if (await wishes.AskAsync(wish) is not { } known) throw new RefusalException(ErrorCode.EnrolmentFull, $"address {wish.From}", TimeSpan.FromSeconds(30));
            await responseStream.WriteAsync(Reply(known, request.Language));
            if (known.Wish.Decided == true) return;
            await bell.HeardAsync(_signOfLife, end.Token);
            end.Token.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public override async Task<RenewReply> Renew(RenewRequest request, ServerCallContext context)
    {
        var station = new StationId(caller.Require(context, PeerKind.Station));
        using var place = _renewing.Enter(station.Value);
        if (request.SigningRequest.Length is 0 or > LongestRequest || KeyOf(request.SigningRequest.ToByteArray()) is not { } key)
            throw new RefusalException(ErrorCode.InvalidRequest, $"signing_request must be a PKCS #10 request of a P-256 key, at most {LongestRequest} bytes, signed by that key");
        var (decision, certificate) = await renew.RunAsync(new RenewalWanted(station, context.GetHttpContext().Connection.ClientCertificate!, key));
        return decision switch
        {
            RenewalDecision.Copied => throw new RefusalException(ErrorCode.CertificateCopied, $"station {station}"),
            RenewalDecision.Early => throw new RefusalException(ErrorCode.RenewalTooEarly, $"station {station}"),
            _ => new RenewReply { Certificate = certificate },
        };
    }

    private static StationWish Wish(EnrolRequest request, X509Certificate2 shown, IPAddress? address)
    {
        if (StationSheet.Read(request.Name, request.Model, request.Macs, out var fault) is not { } sheet) throw new RefusalException(ErrorCode.InvalidRequest, fault);
        return new StationWish(KeyDigest.Of(shown.PublicKey), Convert.ToBase64String(shown.PublicKey.ExportSubjectPublicKeyInfo()), sheet.Name, sheet.Model, string.Join(' ', sheet.Cards), address?.ToString() ?? "");
    }

    private static EnrolReply Reply(KnownWish known, string language)
    {
        var wish = known.Wish;
        if (wish is { Station: { } name, Certificate: { } certificate })
        {
            var text = Language.Choose(language, $"Ce poste est admis sous le nom {name}.", $"This station is admitted as {name}.");
            return new EnrolReply { Accepted = new EnrolmentAccepted { Name = name, Certificate = certificate, Text = text } };
        }
        if (wish.Decided == true)
        {
            var text = Language.Choose(language, "Le service informatique n'a pas admis ce poste.", "The IT department has not admitted this station.");
            return new EnrolReply { Refused = new EnrolmentRefused { Text = string.IsNullOrEmpty(wish.Why) ? text : $"{text} ({wish.Why})" } };
        }
        var code = EnrolmentCode.Shown(known.Code);
        return new EnrolReply
        {
            Waiting = new EnrolmentWaiting
            {
                Code = code,
                Fingerprint = KeyDigest.Shown(wish.Key),
                Text = string.Format(CultureInfo.InvariantCulture, Language.Choose(language, "Ce poste attend d'être admis. Donnez le code {0} au service informatique.", "This station waits to be admitted. Give the code {0} to the IT department."), code),
            },
        };
    }

    // Read by the runtime's own reader, and the signature by the key in it is checked: the caller holds that key.
    private static PublicKey? KeyOf(byte[] request)
    {
        try
        {
            var key = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256).PublicKey;
            return KeyDigest.IsOfOurKind(key) ? key : null;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or FormatException or NotSupportedException)
        {
            return null;
        }
    }
}
