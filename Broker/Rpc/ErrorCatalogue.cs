using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Rpc;

/// <summary>The errors of the protocol with their meanings, as <c>errors.proto</c> declares them.</summary>
internal static class ErrorCatalogue
{
    /// <summary>Trailer of a failed call; an <see cref="ErrorDetail"/>.</summary>
    public const string Trailer = "vdi-error-bin";

    /// <summary>Every declared error.</summary>
    public static FrozenDictionary<ErrorCode, ErrorMeaning> Meanings { get; } = ErrorsReflection.Descriptor.EnumTypes
        .Single(type => type.Name == nameof(ErrorCode)).Values
        .ToFrozenDictionary(value => (ErrorCode)value.Number, MeaningOf);

    /// <summary>The name of an error, as <c>errors.proto</c> spells it behind ERROR_CODE_.</summary>
    public static FrozenDictionary<ErrorCode, string> Names { get; } = ErrorsReflection.Descriptor.EnumTypes
        .Single(type => type.Name == nameof(ErrorCode)).Values.ToFrozenDictionary(value => (ErrorCode)value.Number, value => value.Name["ERROR_CODE_".Length..]);

    /// <summary>What a station in <paramref name="language"/> shows (French unless it starts with "en").</summary>
    public static string Text(ErrorCode code, string language) => Language.IsEnglish(language) ? Meanings[code].ShowsEn : Meanings[code].ShowsFr;

    /// <summary>The failed call that says <paramref name="code"/>.</summary>
    /// <param name="code">Which error.</param>
    /// <param name="language">The caller's language.</param>
    /// <param name="reference">What the log calls this case.</param>
    /// <param name="what">Added to the status for operators: which field, which host; never a secret, never a person.</param>
    /// <param name="retryAfter">At least so long before the next try.</param>
    /// <param name="shows">What the station shows; null = the catalogue's sentence.</param>
    public static RpcException Refuse(ErrorCode code, string language, string reference, string? what = null, TimeSpan? retryAfter = null, string? shows = null)
    {
        var (status, detail) = Say(code, language, reference, what, retryAfter, shows);
        return new RpcException(status, new Metadata { { Trailer, detail } });
    }

    /// <summary>Ends a call by "come back", as a failed one is; without an exception, which would cost more than the rest of the call where thousands are told so.</summary>
    /// <param name="call">The call; whoever answers it returns at once, and its answer counts for nothing.</param>
    /// <param name="language">The caller's language.</param>
    /// <param name="after">At least so long before the next try.</param>
    public static void SendAway(ServerCallContext call, string language, TimeSpan after)
    {
        (call.Status, var detail) = Say(ErrorCode.ComeBack, language, "", null, after, null);
        call.ResponseTrailers.Add(Trailer, detail);
    }

    private static (Status Status, byte[] Detail) Say(ErrorCode code, string language, string reference, string? what, TimeSpan? retryAfter, string? shows)
    {
        var meaning = Meanings[code];
        var detail = new ErrorDetail { Code = code, Retry = meaning.Retry, Text = shows ?? Text(code, language), Reference = reference };
        if (retryAfter is { } wait) detail.RetryAfter = Duration.FromTimeSpan(wait);
        var message = what is null ? meaning.Cause : $"{meaning.Cause} ({what})";
        return (new Status((StatusCode)meaning.Status, message), detail.ToByteArray());
    }

    /// <summary>What a broker says of a failed call; null = it says nothing, nobody answered.</summary>
    public static ErrorDetail? Read(RpcException failure) => Read(failure.Trailers);

    /// <summary>The same of a call's trailers.</summary>
    public static ErrorDetail? Read(Metadata trailers) => trailers.GetValueBytes(Trailer) is { } octets ? ErrorDetail.Parser.ParseFrom(octets) : null;

    private static ErrorMeaning MeaningOf(EnumValueDescriptor value) => value.GetOptions()?.GetExtension(ErrorsExtensions.Meaning) ?? new ErrorMeaning();
}

/// <summary>The languages of screens.</summary>
internal static class Language
{
    /// <summary>True for "en" and its kinds; everything else is answered in French.</summary>
    public static bool IsEnglish(string language) => language.StartsWith("en", StringComparison.OrdinalIgnoreCase);

    /// <summary>One of two sentences.</summary>
    public static string Choose(string language, string french, string english) => IsEnglish(language) ? english : french;
}
