using System.Reflection;
using Google.Protobuf.Reflection;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Conventions.Tests;

public sealed class ProtocolTests
{
    // Whatever files there are: one that nobody lists here is published all the same.
    private static readonly FileDescriptor[] _files = [.. typeof(ErrorsReflection).Assembly.GetTypes()
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)).Where(one => one?.PropertyType == typeof(FileDescriptor)).Select(one => (FileDescriptor)one!.GetValue(null)!)];
    private static readonly string _published = Path.Combine(Repository.Root, "Protos", "published-v1.txt");

    public static TheoryData<ErrorCode> Errors => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Every_error_says_its_status_whether_to_retry_its_cause_and_what_the_station_shows(ErrorCode code)
    {
        var meaning = ErrorCatalogue.Meanings[code];
        Assert.InRange(meaning.Status, 1, 16);
        Assert.NotEqual(Retry.Unspecified, meaning.Retry);
        Assert.EndsWith(".", meaning.Cause, StringComparison.Ordinal);
        Assert.All((string[])[meaning.ShowsFr, meaning.ShowsEn], text =>
        {
            Assert.InRange(text.Length, 20, 240);
            Assert.EndsWith(".", text, StringComparison.Ordinal);
            // No code without its sentence, and no sentence with a code in it.
            Assert.DoesNotContain("_", text, StringComparison.Ordinal);
        });
        Assert.NotEqual(meaning.ShowsFr, meaning.ShowsEn);
    }

    [Fact]
    public void No_two_errors_show_the_same_sentence() =>
        Assert.Equal(ErrorCatalogue.Meanings.Count, ErrorCatalogue.Meanings.Values.Select(m => m.ShowsFr).Distinct().Count());

    /// <summary>
    /// <c>Protos/published-v1.txt</c> holds every field, value and method ever published. A new one is added to it (the message says how the line reads); an
    /// old one never goes away.
    /// </summary>
    [Fact]
    public void Version_1_only_grows()
    {
        var now = _files.SelectMany(LinesOf).Order(StringComparer.Ordinal).ToList();
        var published = File.ReadAllLines(_published).Where(l => l.Length > 0).ToList();
        Assert.True(published.Except(now).ToList() is [], $"taken away or changed since it was published:\n{string.Join('\n', published.Except(now))}");
        Assert.True(now.Except(published).ToList() is [], $"new: add to {Repository.Relative(_published)}:\n{string.Join('\n', now.Except(published))}");
    }

    private static IEnumerable<string> LinesOf(FileDescriptor file) =>
    [
        .. file.MessageTypes.SelectMany(LinesOf),
        .. file.EnumTypes.SelectMany(LinesOf),
        .. file.Services.SelectMany(s => s.Methods.Select(m =>
            $"{s.FullName}/{m.Name}({(m.IsClientStreaming ? "stream " : "")}{m.InputType.FullName}) {(m.IsServerStreaming ? "stream " : "")}{m.OutputType.FullName}")),
    ];

    private static IEnumerable<string> LinesOf(MessageDescriptor message) =>
    [
        .. message.Fields.InDeclarationOrder().Select(f =>
            $"{message.FullName} {f.FieldNumber} {f.Name} {(f.IsRepeated ? "repeated " : "")}{f.FieldType}{(f.FieldType == FieldType.Message ? " " + f.MessageType.FullName : f.FieldType == FieldType.Enum ? " " + f.EnumType.FullName : "")}"),
        .. message.NestedTypes.SelectMany(LinesOf),
        .. message.EnumTypes.SelectMany(LinesOf),
    ];

    private static IEnumerable<string> LinesOf(EnumDescriptor type) => type.Values.Select(v => $"{type.FullName} {v.Number} {v.Name}");
}
