using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Domain.Tests.Profiles;

public sealed class SettingTests
{
    [Theory]
    [InlineData("keyboard", " FR ", "fr")]
    [InlineData("keyboard", "bépo", "fr(bepo)")]
    [InlineData("keyboard", "be\u0301po", "fr(bepo)")]
    [InlineData("keyboard", "fr(bepo)", "fr(bepo)")]
    [InlineData("language", "fr_FR.UTF-8", "fr-FR")]
    [InlineData("language", "en;q=0.5, fr-be;q=0.8, *", "fr-BE", false)]
    [InlineData("language", "fr, en;q=0.8", "fr")]
    [InlineData("screen", "Full", "full")]
    [InlineData("screen", "1280x1024", "1280x1024")]
    [InlineData("text_size", "1,50", "1.5")]
    [InlineData("text_size", "3.0", "3")]
    [InlineData("contrast", "HIGH", "high")]
    [InlineData("volume", "007", "7")]
    [InlineData("printers", " lp-12 ; couleur_é,", "lp-12,couleur_é")]
    [InlineData("printers", "", "none")]
    [InlineData("clipboard", "in", "in")]
    [InlineData("usb", "On", "on")]
    [InlineData("screens", "ONE", "one")]
    [InlineData("printers", "lp12, -o", "", false)]
    [InlineData("printers", ".cups", "", false)]
    [InlineData("when_idle", "OFF", "off")]
    [InlineData("when_idle", " lock after 900s", "lock after 15m, warn 30s")]
    public void A_value_gets_its_one_spelling(string setting, string text, string value, bool good = true)
    {
        if (good) Assert.Equal(new SettingReading.Good(value), SettingCatalogue.Named(setting)!.Read(text));
        else Assert.IsType<SettingReading.Bad>(SettingCatalogue.Named(setting)!.Read(text));
    }

    [Theory]
    [InlineData("keyboard", "")]
    [InlineData("keyboard", "fr; rm -rf /")]
    [InlineData("keyboard", "fr\nus")]
    [InlineData("language", "français")]
    [InlineData("screen", "0x0")]
    [InlineData("screen", "1280x")]
    [InlineData("screen", "-1280x1024")]
    [InlineData("screen", "1280x1024x3")]
    [InlineData("screen", "99999x1024")]
    [InlineData("text_size", "1.1")]
    [InlineData("text_size", "3.25")]
    [InlineData("text_size", "-1")]
    [InlineData("contrast", "low")]
    [InlineData("volume", "101")]
    [InlineData("volume", "-1")]
    [InlineData("printers", "lp 12")]
    [InlineData("printers", "lp,LP")]
    [InlineData("printers", "../lp")]
    [InlineData("usb", "yes")]
    [InlineData("when_idle", "lock")]
    public void What_is_no_value_is_told_in_words(string setting, string text) =>
        Assert.NotEmpty(Assert.IsType<SettingReading.Bad>(SettingCatalogue.Named(setting)!.Read(text)).Fault);

    [Fact]
    public void Whatever_comes_in_reading_ends_in_one_spelling_or_a_fault_without_control_characters() =>
        Gen.Select(Gen.Int[0, SettingCatalogue.All.Length - 1], Gen.String).Sample((place, text) =>
        {
            var setting = SettingCatalogue.All[place];
            if (setting.Read(text) is SettingReading.Good(var value)) Assert.Equal(new SettingReading.Good(value), setting.Read(value));
            else Assert.DoesNotContain(((SettingReading.Bad)setting.Read(text)).Fault, char.IsControl);
        });

    [Fact]
    public void A_default_is_a_value() => Assert.All(SettingCatalogue.All, setting => Assert.Equal(new SettingReading.Good(setting.Default), setting.Read(setting.Default)));

    [Theory]
    [InlineData("full", 0, 0)]
    [InlineData("1280x1024", 1280, 1024)]
    public void A_screen_size_reads_back(string text, int width, int height)
    {
        Assert.Equal(new ScreenSize(width, height), ScreenSize.Parse(text));
        Assert.Equal(text, new ScreenSize(width, height).ToString());
    }

    [Theory]
    [InlineData("st-12-a", "st-12-a", true)]
    [InlineData("st-12-*", "st-12-a", true)]
    [InlineData("st-12-*", "st-12-", true)]
    [InlineData("st-*-a", "st-12-a", true)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("*", "anything", true)]
    [InlineData("st-12", "st-12-a", false)]
    public void A_pattern_fits_its_stations(string pattern, string station, bool fits) => Assert.Equal(fits, StationPattern.Parse(pattern)!.Fits(new StationId(station)));

    [Theory]
    [InlineData("")]
    [InlineData("st-**")]
    [InlineData("ST-1")]
    [InlineData("st 1")]
    public void What_is_no_pattern_is_refused(string text) => Assert.Null(StationPattern.Parse(text));

    [Fact]
    public void Two_patterns_meet_exactly_when_a_station_fits_both()
    {
        var patterns = Gen.Select(Pick.From("", "a", "ab", "b"), Pick.From("", "*"), Pick.From("", "a", "ba", "b")).Select((start, star, end) => start + star + end).Where(text => text.Length > 0);
        string[] stations = [.. from length in Enumerable.Range(1, 5) from bits in Enumerable.Range(0, 1 << length) select string.Concat(Enumerable.Range(0, length).Select(bit => (bits >> bit & 1) == 0 ? 'a' : 'b'))];
        Gen.Select(patterns, patterns).Sample((one, two) =>
        {
            var (left, right) = (StationPattern.Parse(one)!, StationPattern.Parse(two)!);
            Assert.Equal(stations.Any(station => left.Fits(new StationId(station)) && right.Fits(new StationId(station))), left.Meets(right));
            Assert.Equal(left.Meets(right), right.Meets(left));
        });
    }
}
