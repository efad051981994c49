using VdiBroker.City;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;
using Xunit;

namespace VdiBroker.EndToEnd.Tests;

/// <summary>What needs a city of its own.</summary>
[Collection(OneCityAtATime.Name)]
public sealed class CityTests(WholeStory before)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task A_city_with_a_Redis_of_its_own_works_the_same_and_leaves_nothing_behind()
    {
        Assert.NotEmpty(before.Played.Lines);
        string folder;
        await using (var city = await RunningCity.StartAsync(CityPlan.Demo() with { OwnRedis = true }))
        {
            folder = city.Folder;
            await city.ReadyAsync();
            Assert.Equal(0, city.Broker.RedisPid);
            var amelie = city.People.Amelie;
            await city.Stations[0].SignInAsync(amelie.Login, amelie.Password);
            Assert.True(DesktopLook.IsComplete(await city.Stations[0].ShowsDesktopAsync(Patience)));
            // The host dies with its desktop: the same sign-in gets another one on the pool's other host.
            var lost = city.Blades.Single(blade => blade.SessionOf(amelie.UidNumber).Count > 0);
            await lost.CrashAsync();
            await Eventually.HoldsAsync("a desktop on another host", Patience, () => city.Blades.Any(blade => blade != lost && blade.SessionOf(amelie.UidNumber).Count > 0));
            await city.Stations[0].ShowsDesktopAsync(Patience);
        }
        Assert.False(Directory.Exists(folder));
        Assert.DoesNotContain(ProcessTable.All(), program => program.Arguments.Any(argument => argument.Contains(folder, StringComparison.Ordinal)));
        Assert.DoesNotContain(folder, await File.ReadAllTextAsync("/proc/self/mounts"), StringComparison.Ordinal);
    }
}
