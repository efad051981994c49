using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Broker.Tests.Profiles;

/// <summary>
/// <c>change_profile.lua</c> against a model in C#, on a real Redis: random changes by writers who may hold an old reading, undoings and notes of hosts. Profile and
/// history must be what the model says after every one.
/// </summary>
[Collection(RedisCollection.Name)]
public sealed class ChangeModelTests(RedisFixture redis)
{
    private static readonly PersonId _person = ProfileRoom.Amelie.Id;

    private abstract record Command
    {
        public sealed record Change(int Reading, string Setting, string Text) : Command;

        public sealed record Undo(int Entry, bool Force) : Command;
    }

    private static readonly Gen<Command> _command = Gen.Frequency(
        (4, Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[0, 2], (r, s, v) => (Command)new Command.Change(r, new[] { "volume", "text_size", "keyboard" }[s], new[] { "1", "2", "-" }[v]))),
        (2, Gen.Select(Gen.Int[0, 12], Gen.Bool, (e, f) => (Command)new Command.Undo(e, f))));

    [Fact]
    public async Task The_script_keeps_what_the_model_keeps() => await _command.Array[1, 30].SampleAsync(async commands =>
    {
        var room = new ProfileRoom(redis);
        var (model, history) = (PersonalProfile.Empty, ImmutableArray<HistoryEntry>.Empty);
        List<ProfileRow> readings = [await room.Store.ReadAsync(_person)];
        foreach (var command in commands)
        {
            var decision = command switch
            {
                Command.Change(_, var setting, var text) => ProfileChanges.Decide(model, [KeyValuePair.Create(setting, text)]),
                Command.Undo(var entry, var force) => ProfileChanges.Undo(model, entry, history, force),
                _ => throw new InvalidOperationException(),
            };
            var outcome = command switch
            {
                // An old reading: the script must refuse it, and the change is decided anew on what is.
                Command.Change(var reading, var setting, var text) => await room.Store.ChangeAsync(_person, readings[reading % readings.Count], ProfileRoom.Admin,
                    profile => Task.FromResult(ProfileChanges.Decide(profile, [KeyValuePair.Create(setting, text)]))),
                _ => await room.UndoAsync(((Command.Undo)command).Entry, ((Command.Undo)command).Force),
            };
            // "Nothing to do" by an old reading is no lie about the past: it was so, and nothing is written.
            if (outcome is not ChangeOutcome.Unchanged || decision is ChangeDecision.Nothing) AssertSame(decision, outcome);
            if (outcome is ChangeOutcome.Changed changed && decision is ChangeDecision.Change(var next, var changes))
            {
                model = next;
                history = history.Add(new HistoryEntry(changed.Entry, default, command is Command.Undo ? new ChangeAuthor(ChangeOrigin.Undo, "root") : ProfileRoom.Admin, changes));
            }
            readings.Add(await room.Store.ReadAsync(_person));
            var kept = readings[^1].Profile!;
            Assert.Equal(model.Revision, kept.Revision);
            Assert.Equal(model.Choices.OrderBy(one => one.Key), kept.Choices.OrderBy(one => one.Key));
            var lines = await room.Store.HistoryAsync(_person);
            Assert.Equal(history.Select(entry => (entry.Number, string.Join(';', entry.Changes))), lines.Select(entry => (entry.Number, string.Join(';', entry.Changes))));
        }
    }, iter: 100, threads: 2);

    private static void AssertSame(ChangeDecision decision, ChangeOutcome outcome)
    {
        switch (decision)
        {
            case ChangeDecision.Change(var next, var changes):
                Assert.Equal((next.Revision, string.Join(';', changes)), outcome is ChangeOutcome.Changed(var entry, var made) ? (entry, string.Join(';', made)) : (0, $"{outcome}"));
                break;
            case ChangeDecision.Nothing:
                Assert.IsType<ChangeOutcome.Unchanged>(outcome);
                break;
            case ChangeDecision.Refuse(var faults):
                Assert.Equal(faults.ToArray(), Assert.IsType<ChangeOutcome.Refused>(outcome).Faults.ToArray());
                break;
        }
    }
}
