using System.Collections.Frozen;
using System.Text;

namespace VdiBroker.Directory;

/// <summary>
/// Names in either Unicode form. An accent comes as one character (é) or as a letter and a mark (e + U+0301), by keyboard and by age of a
/// directory; both must find the same person. The programs run without ICU (InvariantGlobalization), where <c>string.Normalize</c> gives
/// back what it got (measured), so the canonical pairs of Latin, Greek and Cyrillic letters are written down here.
/// </summary>
public static class TextForms
{
    // Mark, its combining class, and for each letter that takes it: the letter, the one character for both. Unicode 15; those that a
    // composed text never holds are not in it.
    private static readonly (char Mark, int Class, string Pairs)[] Marks =
    [
        ('\u0300', 230, "AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝĒḔēḕŌṐōṑWẀwẁÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừYỲyỳ"),
        ('\u0301', 230, "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽØǾøǿ¨΅ΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύωώϒϓГЃКЌгѓкќÇḈçḉĒḖēḗ"
            + "ÏḮïḯKḰkḱMḾmḿÕṌõṍŌṒōṓPṔpṕŨṸũṹWẂwẃÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứ"),
        ('\u0302', 230, "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷZẐzẑẠẬạậẸỆẹệỌỘọộ"),
        ('\u0303', 230, "AÃNÑOÕaãnñoõIĨiĩUŨuũVṼvṽÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ"),
        ('\u0304', 230, "AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯGḠgḡḶḸḷḹṚṜṛṝ"),
        ('\u0306', 230, "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗȨḜȩḝẠẶạặ"),
        ('\u0307', 230, "CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯBḂbḃDḊdḋFḞfḟHḢhḣMṀmṁNṄnṅPṖpṗRṘrṙSṠsṡŚṤśṥŠṦšṧṢṨṣṩTṪtṫWẆwẇXẊxẋYẎyẏſẛ"),
        ('\u0308', 230, "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋϒϔЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹHḦhḧÕṎõṏŪṺūṻWẄwẅXẌxẍtẗ"),
        ('\u0309', 230, "AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ"),
        ('\u030a', 230, "AÅaåUŮuůwẘyẙ"),
        ('\u030b', 230, "OŐoőUŰuűУӲуӳ"),
        ('\u030c', 230, "CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩƷǮʒǯjǰHȞhȟ"),
        ('\u030f', 230, "AȀaȁEȄeȅIȈiȉOȌoȍRȐrȑUȔuȕѴѶѵѷ"),
        ('\u0311', 230, "AȂaȃEȆeȇIȊiȋOȎoȏRȒrȓUȖuȗ"),
        ('\u031b', 216, "OƠoơUƯuư"),
        ('\u0323', 220, "BḄbḅDḌdḍHḤhḥKḲkḳLḶlḷMṂmṃNṆnṇRṚrṛSṢsṣTṬtṭVṾvṿWẈwẉZẒzẓAẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ"),
        ('\u0324', 220, "UṲuṳ"),
        ('\u0325', 220, "AḀaḁ"),
        ('\u0326', 220, "SȘsșTȚtț"),
        ('\u0327', 202, "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩDḐdḑHḨhḩ"),
        ('\u0328', 202, "AĄaąEĘeęIĮiįUŲuųOǪoǫ"),
        ('\u032d', 220, "DḒdḓEḘeḙLḼlḽNṊnṋTṰtṱUṶuṷ"),
        ('\u032e', 220, "HḪhḫ"),
        ('\u0330', 220, "EḚeḛIḬiḭUṴuṵ"),
        ('\u0331', 220, "BḆbḇDḎdḏKḴkḵLḺlḻNṈnṉRṞrṟTṮtṯZẔzẕhẖ"),
    ];

    private static readonly FrozenDictionary<char, int> Classes = Marks.ToFrozenDictionary(mark => mark.Mark, mark => mark.Class);

    private static readonly FrozenDictionary<(char Letter, char Mark), char> Joined = Marks
        .SelectMany(mark => mark.Pairs.Chunk(2).Select(pair => KeyValuePair.Create((pair[0], mark.Mark), pair[1]))).ToFrozenDictionary();

    private static readonly FrozenDictionary<char, (char Letter, char Mark)> Parts = Joined.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>One character for letter and mark wherever there is one (NFC, for the letters that this class knows).</summary>
    public static string Compose(string text)
    {
        if (IsAscii(text)) return text;
        var apart = Decompose(text);
        var joined = new StringBuilder(apart.Length);
        var (letter, last) = (-1, 0);
        foreach (var one in apart)
        {
            var rank = Classes.GetValueOrDefault(one);
            // A mark of the same or a higher class between it and the letter keeps it from the letter.
            if (letter >= 0 && rank > 0 && (last < rank || joined.Length == letter + 1) && Joined.TryGetValue((joined[letter], one), out var whole))
            {
                joined[letter] = whole;
                continue;
            }
            if (rank == 0) letter = joined.Length;
            last = rank;
            joined.Append(one);
        }
        return joined.ToString();
    }

    /// <summary>Letter and marks apart, in their canonical order (NFD, for the letters that this class knows).</summary>
    public static string Decompose(string text)
    {
        if (IsAscii(text)) return text;
        var apart = new List<char>(text.Length + 8);
        foreach (var one in text) TakeApart(one, apart);
        for (var i = 1; i < apart.Count; i++)
            for (var j = i; j > 0 && Classes.GetValueOrDefault(apart[j]) is > 0 and var rank && Classes.GetValueOrDefault(apart[j - 1]) > rank; j--)
                (apart[j - 1], apart[j]) = (apart[j], apart[j - 1]);
        return new string([.. apart]);
    }

    /// <summary>
    /// The spelling under which texts count as the same name: small letters, composed, full-width letters and ligatures as plain ones, any
    /// run of spaces as one, nothing invisible. As coarse as a directory's own comparison (RFC 4518), so that one person has one key.
    /// </summary>
    public static string Fold(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var one in Compose(text))
        {
            if (char.IsWhiteSpace(one))
            {
                if (plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
            }
            else if (one is >= '\uff01' and <= '\uff5e') plain.Append((char)(one - 0xfee0));
            else if (one is >= '\ufb00' and <= '\ufb06') plain.Append(Ligatures[one - '\ufb00']);
            else if (!IsInvisible(one)) plain.Append(one);
        }
        return Compose(plain.ToString().TrimEnd(' ').ToLowerInvariant());
    }

    /// <summary>
    /// A name as it may go onto screens and into texts: composed, on one line, no control character; a sign that turns the direction of
    /// writing shows as U+FFFD, so that no name looks, or is, like another.
    /// </summary>
    /// <param name="text">Anything.</param>
    /// <param name="longest">The rest is cut off, in UTF-16 units.</param>
    public static string Clean(string text, int longest = 256)
    {
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in Compose(text).EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > longest) break;
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029) clean.Append(' ');
            else clean.Append(rune.Value is (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069) or 0x200e or 0x200f or 0x061c or 0xfeff ? Rune.ReplacementChar : rune);
        }
        return clean.ToString().Trim();
    }

    private static readonly string[] Ligatures = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

    private static bool IsInvisible(char one) =>
        char.IsControl(one) || one is '\u00ad' or '\u034f' or '\u061c' or '\ufeff' or (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f') or (>= '\ufe00' and <= '\ufe0f');

    private static void TakeApart(char one, List<char> into)
    {
        if (Parts.TryGetValue(one, out var parts))
        {
            TakeApart(parts.Letter, into);
            into.Add(parts.Mark);
        }
        else into.Add(one);
    }

    private static bool IsAscii(string text) => Ascii.IsValid(text);
}
