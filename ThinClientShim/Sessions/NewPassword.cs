using System.Security.Cryptography;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>The change of a person's password: asks for the new one, twice and unseen, and for another one when it is refused.</summary>
internal sealed class NewPassword(Room room, CancellationToken stop)
{
    private const int TriesAllowed = 3;

    /// <summary>True for what a person types in place of their name to change their password.</summary>
    public static bool IsAskedFor(string name) => name.ToLowerInvariant() is "p" or "password" or "mot de passe";

    /// <summary>True for a refusal that a new password helps against.</summary>
    public static bool IsWanted(ErrorCode code) => code is ErrorCode.PasswordMustChange;

    /// <summary>By the person's own choice: asks for name and present password first.</summary>
    public async Task ByChoiceAsync()
    {
        if (await room.Person.AskAsync(room.Person.Words["ask-name"], stop) is not { Length: > 0 } name) return;
        if (await room.Person.AskPasswordAsync("ask-password", stop) is not { Length: > 0 } old) return;
        if (await AskAsync(name, old) is { } changed) CryptographicOperations.ZeroMemory(changed);
        CryptographicOperations.ZeroMemory(old);
    }

    /// <summary>Asks until the password is changed, the person gives up, or three have been refused.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="old">The present one; wiped by the caller.</param>
    /// <returns>The new password, for the caller to wipe; null = not changed, and the person knows.</returns>
    public async Task<byte[]?> AskAsync(string name, byte[] old)
    {
        for (var tries = 0; tries < TriesAllowed;)
        {
            if (await room.Person.AskPasswordAsync("ask-new-password", stop) is not { Length: > 0 } wanted) break;
            if (await room.Person.AskPasswordAsync("ask-new-password-again", stop) is not { } again) break;
            var same = CryptographicOperations.FixedTimeEquals(wanted, again);
            CryptographicOperations.ZeroMemory(again);
            if (!same)
            {
                room.Person.Tell("password-differs", []);
                CryptographicOperations.ZeroMemory(wanted);
                continue;
            }
            var answer = await ChangeAsync(name, old, wanted);
            if (answer == Answer.Changed) return wanted;
            CryptographicOperations.ZeroMemory(wanted);
            if (answer == Answer.No) break;
            tries++;
        }
        room.Person.Tell("password-kept", []);
        return null;
    }

    /// <summary>Tries one new password, given by a program.</summary>
    /// <returns>As <see cref="AskAsync"/>.</returns>
    public async Task<byte[]?> TryAsync(string name, byte[] old, byte[] wanted)
    {
        if (await ChangeAsync(name, old, wanted) == Answer.Changed) return wanted;
        CryptographicOperations.ZeroMemory(wanted);
        room.Person.Tell("password-kept", []);
        return null;
    }

    private async Task<Answer> ChangeAsync(string name, byte[] old, byte[] wanted)
    {
        try
        {
            await room.Calls.ChangePasswordAsync(name, old.ToArray(), wanted.ToArray(), stop);
            room.Journal.Step("password-changed");
            room.Person.Tell("password-changed", []);
            return Answer.Changed;
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
            room.Journal.Step("no-broker");
            room.Person.Tell(none.Late ? "late" : "no-broker", []);
            return Answer.No;
        }
    }

    private enum Answer
    {
        Changed,
        AnotherOne,
        No,
    }
}
