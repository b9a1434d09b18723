using System.Globalization;

namespace Mesh.EndToEnd.Recordings;

/// <summary>A row of a room's log in the format of the UCI occupancy files; the header has no name for the number.</summary>
public sealed record RoomRow(
    int Number,
    DateTime Local,
    double Temperature,
    double Humidity,
    double Light,
    double Co2,
    double HumidityRatio,
    bool Occupied
)
{
    public const string Header =
        "\"date\",\"Temperature\",\"Humidity\",\"Light\",\"CO2\",\"HumidityRatio\",\"Occupancy\"";

    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    /// <summary>Readings one row becomes.</summary>
    public const int Columns = 6;

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"\"{Number}\",\"{Local.ToString(TimeFormat, CultureInfo.InvariantCulture)}\",{Temperature:R},{Humidity:R},{Light:R},{Co2:R},{HumidityRatio:R},{(Occupied ? 1 : 0)}"
        );

    public static RoomRow Parse(string line)
    {
        var cells = line.Split(',');
        double Number(int i) => double.Parse(cells[i], CultureInfo.InvariantCulture);
        return new(
            int.Parse(cells[0].Trim('"'), CultureInfo.InvariantCulture),
            ParseTime(cells[1].Trim('"')),
            Number(2),
            Number(3),
            Number(4),
            Number(5),
            Number(6),
            cells[7] == "1"
        );
    }

    public static DateTime ParseTime(string text) =>
        DateTime.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture);
}
