using VdiBroker.City;
var d = "/tmp/city-scratch/";
var clock = System.Diagnostics.Stopwatch.StartNew();
void Say(string what) => Console.WriteLine($"{clock.Elapsed.TotalSeconds,6:0.00} {what}");
await using var city = await RunningCity.StartAsync(CityPlan.Demo(), new CityPrograms(d + "broker", d + "vdi-shim", d + "vdi-agent", d + "host"));
Say("up " + city.Folder);
try
{
    var a = city.Stations[0];
    await a.SignInAsync("amelie.durand", "x");
    var picture = await a.ShowsDesktopAsync(TimeSpan.FromSeconds(20));
    Say("desktop");
    VdiBroker.City.Stations.PngFile.Write(picture, "/tmp/city-scratch/1.png");
    await a.Screen.TypeAsync("echo bonjour de a; echo $$ > preuve.txt\n");
    await VdiBroker.City.Processes.Eventually.HoldsAsync("typed", TimeSpan.FromSeconds(10), () => File.Exists(city.Folder + "/homes/amelie.durand/preuve.txt"));
    Say("typed");
    var uid = await city.Blades[0].UidOfAsync("amelie.durand");
    Say(string.Join(", ", city.Blades[0].SessionOf(uid).Select(p => p.Name + " " + p.Pid)));
    VdiBroker.City.Stations.PngFile.Write(await a.Screen.LookAsync(), "/tmp/city-scratch/2.png");
    await a.LeaveAsync();
    Say("left");
    await city.Stations[1].SignInAsync("amelie.durand", "x");
    picture = await city.Stations[1].ShowsDesktopAsync(TimeSpan.FromSeconds(20));
    Say("roamed");
    VdiBroker.City.Stations.PngFile.Write(picture, "/tmp/city-scratch/3.png");
    VdiBroker.City.Stations.PngFile.Write(VdiBroker.City.Stations.DesktopLook.Text(picture)!, "/tmp/city-scratch/4.png");
}
finally
{
    city.KeepLogs("/tmp/city-scratch/logs");
}
return 0;
