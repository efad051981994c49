using System.CommandLine;
using Grpc.Core;
using VdiBroker.Pools;
using VdiBroker.Protocol.Records.V1;
using VdiBroker.Records;
using VdiBroker.Rpc;

namespace VdiBroker;

/// <summary><c>broker explain</c>: what became of a sign-in of the last days, and why; beside a running broker, or as an operator from anywhere.</summary>
internal static class ExplainCommand
{
    private const int NothingThere = 1;
    private const int Refused = 4;

    /// <summary>The command. Exit status 1 when no record fits, 4 when the broker refuses.</summary>
    public static Command Build()
    {
        var config = OpenedCity.ConfigOption();
        var what = new Argument<string>("WHAT") { Description = "a person (amelie, drancy/amelie), a station, the 8 characters that a station showed, a session, or the number of a sign-in" };
        var last = new Option<int>("--last") { Description = $"so many sign-ins at most, the newest first, 1 to {ExplainOpening.Most}", DefaultValueFactory = _ => 1 };
        var language = new Option<string>("--language") { Description = "fr or en", DefaultValueFactory = _ => "fr" };
        var json = new Option<bool>("--json") { Description = "for programs" };
        var broker = new Option<string>("--broker") { Description = "ask this broker (https://…) as an operator, with --ca, --certificate and --key; without it: beside a running broker, by its --config" };
        var authority = new Option<FileInfo>("--ca") { Description = "with --broker: the city's authority, PEM" };
        var certificate = new Option<FileInfo>("--certificate") { Description = "with --broker: the operator's certificate, PEM" };
        var key = new Option<FileInfo>("--key") { Description = "with --broker: its key, PEM" };
        var command = new Command("explain", "why a sign-in ended as it did: for the person in two sentences, for the helpdesk in full") { what, last, language, json, config, broker, authority, certificate, key };
        command.SetAction((parsed, cancel) =>
        {
            var question = new Question(parsed.GetRequiredValue(what), parsed.GetRequiredValue(last), parsed.GetRequiredValue(language));
            if (question.Last is < 1 or > ExplainOpening.Most) return Task.FromResult(OpenedCity.Complain($"--last {question.Last}: use 1 to {ExplainOpening.Most}", OpenedCity.BadInput));
            if (question.Language is not ("fr" or "en")) return Task.FromResult(OpenedCity.Complain(Printable.Of($"--language {question.Language}: use fr or en"), OpenedCity.BadInput));
            var asJson = parsed.GetValue(json);
            if (parsed.GetValue(broker) is not { } address) return OpenedCity.UseAsync(parsed.GetRequiredValue(config), city => BesideAsync(city, question, asJson));
            if (parsed.GetValue(authority) is not { } trusted || parsed.GetValue(certificate) is not { } own || parsed.GetValue(key) is not { } secret || !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
                return Task.FromResult(OpenedCity.Complain("--broker takes https://NAME:PORT and needs --ca, --certificate and --key", OpenedCity.BadInput));
            return AsOperatorAsync(() => OperatorChannel.Open(uri, trusted.FullName, own.FullName, secret.FullName), question, asJson, cancel);
        });
        return command;
    }

    private static async Task<int> BesideAsync(OpenedCity city, Question question, bool json)
    {
        var plan = city.Plan;
        var told = await new ExplainOpening(new RecordStore(city.Store, city.Keys, plan.Records), plan.Tenants, plan.Pools).RunAsync(question);
        return Show(told, question, json, voice => voice.Choose($"des derniers {voice.Span(plan.Records.Keep)}", $"of the last {voice.Span(plan.Records.Keep)}"));
    }

    private static async Task<int> AsOperatorAsync(Func<Grpc.Net.Client.GrpcChannel> open, Question question, bool json, CancellationToken cancel)
    {
        try
        {
            using var channel = open();
            var reply = await new RecordService.RecordServiceClient(channel).ExplainOpeningAsync(
                new ExplainOpeningRequest { What = question.What, Last = (uint)question.Last, Language = question.Language }, deadline: DateTime.UtcNow + OperatorChannel.Patience, cancellationToken: cancel);
            return Show(reply.Explanations, question, json, voice => voice.Choose("que vous pouvez lire", "that you may read"));
        }
        catch (RpcException fault)
        {
            return OpenedCity.Complain(Printable.Of(ErrorCatalogue.Read(fault) is { } detail ? $"{detail.Code}: {fault.Status.Detail} ({detail.Reference})" : fault.Status.Detail), Refused);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            return OpenedCity.Complain(fault.Message, OpenedCity.BadInput);
        }
    }

    private static int Show(IReadOnlyList<Explanation> told, Question question, bool json, Func<Voice, string> where)
    {
        // Names of pools stand in the sentences already.
        var voice = new Voice(question.Language, TimeZoneInfo.Local, PoolCatalogue.None);
        var shown = new ShownExplanations(told, voice);
        if (json) Console.WriteLine(shown.Json());
        else if (told.Count > 0) Console.WriteLine(shown.Text());
        if (told.Count > 0) return 0;
        return OpenedCity.Complain(voice.Choose(
            $"aucune connexion {where(voice)} ne correspond : vérifiez l'orthographe ; une référence sans enregistrement se cherche dans le journal du broker (journalctl -u vdi-broker)",
            $"no sign-in {where(voice)} fits: check the spelling; a reference without a record is in the broker's log (journalctl -u vdi-broker)"), NothingThere);
    }
}
