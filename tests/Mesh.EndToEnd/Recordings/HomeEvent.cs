using System.Globalization;

namespace Mesh.EndToEnd.Recordings;

/// <summary>
/// One line of a home's log in the format of the CASAS homes: <c>date time area location value activity</c>, single
/// blanks, local time without a zone, trailing zeros of the fraction cut off.
/// </summary>
public sealed record HomeEvent(DateTime Local, string Area, string Location, string Value, string Activity)
{
    public bool IsDoor => Location == "FrontDoor";

    public bool IsLight => Location.EndsWith("Light", StringComparison.Ordinal);

    /// <summary>Somebody moves inside: motion anywhere but at the entry.</summary>
    public bool IsIndoorMotion => Value == "ON" && !IsLight && !IsDoor && Location != "Entry";

    /// <summary>The line as it stands in the file.</summary>
    public override string ToString() => $"{TimeText(Local)} {Area} {Location} {Value} {Activity}";

    public static string TimeText(DateTime local) =>
        local.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    public static HomeEvent Parse(string line)
    {
        var parts = line.Split(' ');
        return new(ParseTime($"{parts[0]} {parts[1]}"), parts[2], parts[3], parts[4], parts[5]);
    }

    public static DateTime ParseTime(string text) =>
        DateTime.ParseExact(text, "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
}
