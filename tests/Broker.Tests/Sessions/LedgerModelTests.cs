using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>Random command sequences against a model in C#, on a real Redis: the scripts and the model must agree after every command.</summary>
[Collection(RedisCollection.Name)]
public sealed class LedgerModelTests(RedisFixture redis)
{
    private static readonly string[] _users = ["amelie", "karim", "lea", "hugo"];

    private static readonly SessionPhase[] Truths = [SessionPhase.Active, SessionPhase.Disconnected, SessionPhase.Ending, SessionPhase.Ended, SessionPhase.Lost];

    private abstract record Command
    {
        public sealed record SignIn(int User, int Station) : Command;

        public sealed record Open(int Nth, uint Draw) : Command;

        public sealed record Redeem(int Ticket, int User, int Host) : Command;

        public sealed record Correct(int User, SessionPhase Phase, bool Stale) : Command;

        public sealed record Lapse(int User) : Command;

        public sealed record Expire(int User, bool Late, bool Absent) : Command;

        public sealed record Close(int Nth, bool SignOut) : Command;
    }

    private static readonly Gen<Command> _command = Gen.Frequency(
        (2, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], (u, s) => (Command)new Command.SignIn(u, s))),
        (4, Gen.Select(Gen.Int[0, 9], Gen.UInt, (s, d) => (Command)new Command.Open(s, d))),
        (3, Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, 1], (t, u, h) => (Command)new Command.Redeem(t, u, h))),
        (3, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4].Select(i => Truths[i]), Gen.Bool, (u, p, s) => (Command)new Command.Correct(u, p, s))),
        (2, Gen.Int[0, 3].Select(u => (Command)new Command.Lapse(u))),
        (3, Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Bool, (u, l, a) => (Command)new Command.Expire(u, l, a))),
        (1, Gen.Select(Gen.Int[0, 9], Gen.Bool, (s, o) => (Command)new Command.Close(s, o))));

    [Fact]
    public async Task Scripts_do_what_the_model_says() => await _command.Array[1, 40].SampleAsync(async commands =>
    {
        var farm = new LedgerFarm(redis.Store, 2, 1);
        await farm.ReportAllAsync();
        var run = new LedgerRun(farm);
        // Everybody starts signed in once, so that sequences get to the point.
        for (var user = 0; user < _users.Length; user++) await run.SignInAsync(_users[user], "poste-0");
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.SignIn c: await run.SignInAsync(_users[c.User], $"poste-{c.Station}"); break;
                case Command.Open c: await run.OpenAsync(c.Nth, c.Draw); break;
                case Command.Redeem c: await run.RedeemAsync(c.Ticket, _users[c.User], $"blade{c.Host}"); break;
                case Command.Correct c: await run.CorrectAsync(_users[c.User], c.Phase, c.Stale); break;
                case Command.Lapse c: await run.LapseAsync(_users[c.User]); break;
                case Command.Expire c: await run.ExpireAsync(_users[c.User], c.Late, c.Absent); break;
                case Command.Close c: await run.CloseAsync(c.Nth, c.SignOut); break;
            }
            await run.AgreesAsync();
        }
    }, iter: 150, threads: 2);
}
