using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.City.Story;

/// <summary>What stations must show, from the protocol's own catalogue of errors.</summary>
internal static class Sentences
{
    /// <summary>The sentence of an error in "fr" or "en".</summary>
    public static string Of(ErrorCode code, string language)
    {
        var value = ErrorsReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(ErrorCode)).FindValueByNumber((int)code);
        var meaning = value.GetOptions()?.GetExtension(ErrorsExtensions.Meaning) ?? throw new InvalidOperationException($"{code} has no meaning in the catalogue");
        return language == "en" ? meaning.ShowsEn : meaning.ShowsFr;
    }
}
