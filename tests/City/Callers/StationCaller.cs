using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.City.Brokers;
using VdiBroker.City.Directory;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.City.Callers;

/// <summary>Speaks the station's protocol without a shim: for tickets in the hand of the story, and for answers as the broker gives them.</summary>
public sealed class StationCaller : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly GrpcChannel _channel;
    private readonly StationService.StationServiceClient _calls;

    private StationCaller(GrpcChannel channel)
    {
        _channel = channel;
        _calls = new StationService.StationServiceClient(channel);
    }

    /// <summary>A caller with its own station certificate.</summary>
    public static async Task<StationCaller> ConnectAsync(RunningCity city, string name)
    {
        var certificate = await city.Certificates.IssueAsync("station", name, Path.Combine(city.Folder, "callers"));
        return Connect(city, certificate);
    }

    /// <summary>A caller with a certificate that is there already.</summary>
    public static StationCaller Connect(RunningCity city, IssuedCertificate certificate) =>
        new(CityChannel.Open(city.Broker.Uri, city.Certificates.CaFile, certificate));

    /// <summary>Signs in.</summary>
    /// <exception cref="RpcException">The broker refuses; <see cref="Refusal"/> reads why.</exception>
    public async Task<SignInReply> SignInAsync(string login, string password, string language = "fr") =>
        await _calls.SignInAsync(new SignInRequest { Login = login, Password = password, Language = language }, deadline: DateTime.UtcNow + Patience);

    /// <summary>Opens the person's desktop: the address and one ticket.</summary>
    public async Task<Desktop> OpenAsync(string signIn, string language = "fr")
    {
        using var stream = _calls.Open(new OpenRequest { SignIn = signIn, Language = language }, deadline: DateTime.UtcNow + Patience);
        await foreach (var reply in stream.ResponseStream.ReadAllAsync())
        {
            if (reply.StepCase == OpenReply.StepOneofCase.Desktop) return reply.Desktop;
        }
        throw new InvalidOperationException("the broker's stream ended without a desktop");
    }

    /// <summary>Signs in and opens.</summary>
    public async Task<HeldDesktop> TakeDesktopAsync(Townsperson person)
    {
        var reply = await SignInAsync(person.Login, person.Password);
        return new HeldDesktop(reply.SignIn, await OpenAsync(reply.SignIn));
    }

    /// <summary>Leaves the desktop, or signs out of it.</summary>
    public async Task CloseAsync(HeldDesktop held, Closing closing) =>
        await _calls.CloseAsync(new CloseRequest { SignIn = held.SignIn, SessionId = held.Desktop.SessionId, Fence = held.Desktop.Fence, Closing = closing }, deadline: DateTime.UtcNow + Patience);

    /// <summary>What the broker answers to a sign-in that must not succeed, and how long it took.</summary>
    /// <exception cref="InvalidOperationException">It succeeded, or failed without a word from the broker.</exception>
    public async Task<(ErrorDetail Detail, TimeSpan Took)> RefusalAsync(string login, string password, string language = "fr")
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var reply = await SignInAsync(login, password, language);
            await OpenAsync(reply.SignIn, language);
        }
        catch (RpcException refused)
        {
            return (Refusal(refused), clock.Elapsed);
        }
        throw new InvalidOperationException($"{login} was let in");
    }

    /// <summary>The broker's word about a failed call.</summary>
    public static ErrorDetail Refusal(RpcException failure) => failure.Trailers.GetValueBytes("vdi-error-bin") is { } bytes
        ? ErrorDetail.Parser.ParseFrom(bytes) : throw new InvalidOperationException($"failed without the broker's word: {failure.Status}", failure);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}

/// <summary>A sign-in and the desktop that it opened.</summary>
public sealed record HeldDesktop(string SignIn, Desktop Desktop);
