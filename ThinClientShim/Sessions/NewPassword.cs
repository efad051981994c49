using System.Security.Cryptography;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>The change of a person's password: asks for the new one, twice and unseen, and for another one when it is refused.</summary>
internal sealed class NewPassword(Room room, CancellationToken stop)
{
    private const int TriesAllowed = 3;

    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(2.5);

    /// <summary>True for a refusal that a new password helps against.</summary>
    public static bool IsWanted(ErrorCode code) => code is ErrorCode.PasswordMustChange;

    /// <summary>By the person's own choice. Wipes what they typed.</summary>
    public async Task ByChoiceAsync(Comer comer)
    {
        try
        {
            if (await AskAsync(comer.Name, comer.Password) is { } changed) CryptographicOperations.ZeroMemory(changed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(comer.Password);
        }
    }

    /// <summary>Asks until the password is changed, the person gives up, or three have been refused.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="old">The present one; wiped by the caller.</param>
    /// <returns>The new password, for the caller to wipe; null = not changed, or nobody knows whether, and the person has been told.</returns>
    public async Task<byte[]?> AskAsync(string name, byte[] old)
    {
        for (var tries = 0; tries < TriesAllowed; tries++)
        {
            if (await room.Person.NewPasswordAsync(stop) is not { } wanted) break;
            var answer = Answer.No;
            try
            {
                answer = await ChangeAsync(name, old, wanted);
                if (answer == Answer.Changed) return wanted;
            }
            finally
            {
                // Also at the end of the shim.
                if (answer != Answer.Changed) CryptographicOperations.ZeroMemory(wanted);
            }
            if (answer == Answer.Unknown) return null;
            if (answer == Answer.No) break;
        }
        room.Person.Tell("password-kept", []);
        return null;
    }

    /// <summary>Tries one new password, given by a program.</summary>
    /// <returns>As <see cref="AskAsync"/>.</returns>
    public async Task<byte[]?> TryAsync(string name, byte[] old, byte[] wanted)
    {
        var answer = Answer.No;
        try
        {
            answer = await ChangeAsync(name, old, wanted);
        }
        finally
        {
            if (answer != Answer.Changed) CryptographicOperations.ZeroMemory(wanted);
        }
        if (answer == Answer.Changed) return wanted;
        if (answer != Answer.Unknown) room.Person.Tell("password-kept", []);
        return null;
    }

    private async Task<Answer> ChangeAsync(string name, byte[] old, byte[] wanted)
    {
        try
        {
            await room.Calls.ChangePasswordAsync(name, old.ToArray(), wanted.ToArray(), stop);
            return Changed();
        }
        catch (OutcomeUnknownException lost)
        {
            room.Journal.Step($"password-unknown why={lost.Message}");
            room.Person.Tell(lost.Detail is { } said ? Refusals.Text(said, room.Person.Words) : room.Person.Words["password-checking"]);
            return await HoldsAsync(name, wanted) ? Changed() : Unknown();
        }
        catch (RefusedException refusal)
        {
            room.Journal.Step($"refused call=change-password code={refusal.Detail.Code} reference={refusal.Detail.Reference}");
            room.Person.Tell(Refusals.Text(refusal.Detail, room.Person.Words));
            return refusal.Detail.Code is ErrorCode.PasswordTooShort or ErrorCode.PasswordTooSimple or ErrorCode.PasswordUsedBefore or ErrorCode.PasswordRefused
                ? Answer.AnotherOne
                : Answer.No;
        }
        catch (NoBrokerException none)
        {
            room.Journal.Step($"no-broker missing={none.Why}");
            room.Person.Tell(Refusals.Word(none), []);
            return Answer.No;
        }
    }

    private Answer Changed()
    {
        room.Journal.Step("password-changed");
        room.Person.Tell("password-changed", []);
        return Answer.Changed;
    }

    private Answer Unknown()
    {
        room.Person.Tell("password-unknown", []);
        return Answer.Unknown;
    }

    /// <summary>
    /// Finds out by a sign-in whether the new password holds. False is no proof that it never will: the change may still be under way. A sign-in
    /// in limited mode proves nothing: it goes by what the broker remembers.
    /// </summary>
    private async Task<bool> HoldsAsync(string name, byte[] wanted)
    {
        try
        {
            var reply = await room.Calls.SignInAsync(name, wanted.ToArray(), stop);
            await CloseAsync(reply.SignIn);
            return !reply.Limited;
        }
        catch (RefusedException refusal)
        {
            room.Journal.Step($"refused call=sign-in code={refusal.Detail.Code} reference={refusal.Detail.Reference}");
            // These are told to nobody whose password is wrong.
            return refusal.Detail.Code is ErrorCode.NoEntitlement or ErrorCode.AccountDisabled or ErrorCode.AccountExpired or ErrorCode.OutsideHours;
        }
        catch (NoBrokerException none)
        {
            room.Journal.Step($"no-broker missing={none.Why}");
            return false;
        }
        catch (OperationCanceledException)
        {
            // The station ends, and the person is told as much as is known.
            return false;
        }
    }

    private async Task CloseAsync(string signIn)
    {
        try
        {
            await room.Calls.CloseAsync(new CloseRequest { SignIn = signIn, Closing = Closing.Leave }, CloseWithin, CancellationToken.None);
        }
        catch (Exception fault) when (fault is RefusedException or NoBrokerException)
        {
            // It ends by itself.
            room.Journal.Step($"refused call=close why={fault.Message}");
        }
    }

    private enum Answer
    {
        Changed,
        AnotherOne,
        No,
        Unknown,
    }
}
