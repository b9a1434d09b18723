using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Simulators;

public enum RoomKind : byte
{
    Office,
    Meeting,
    Kitchen,
}

/// <summary>A room and what is built into it.</summary>
/// <param name="Index">From 0, over the whole building.</param>
/// <param name="Floor">From 1.</param>
/// <param name="Place">From 1 on its floor.</param>
/// <param name="Kind">What it is for.</param>
public sealed record Room(int Index, int Floor, int Place, RoomKind Kind)
{
    public const int PerFloor = 10;

    /// <summary><c>101</c> to <c>110</c> on the first floor.</summary>
    public string Name { get; } = ((Floor * 100) + Place).ToString(CultureInfo.InvariantCulture);

    /// <summary>Cubic metres.</summary>
    public double Volume =>
        Kind switch
        {
            RoomKind.Office => 55,
            RoomKind.Meeting => 90,
            _ => 70,
        };

    /// <summary>Faces the sun.</summary>
    public bool South => Index % 2 == 0;

    public Labels Labels =>
        new([
            new("room", Name),
            new("floor", Floor.ToString(CultureInfo.InvariantCulture)),
            new(
                "kind",
                Kind switch
                {
                    RoomKind.Office => "office",
                    RoomKind.Meeting => "meeting",
                    _ => "kitchen",
                }
            ),
        ]);

    /// <summary>
    /// The rooms of a building: of the ten on a floor seven are offices, two meeting rooms, the last a kitchen. A floor
    /// of fewer than five rooms has offices only.
    /// </summary>
    public static IReadOnlyList<Room> Layout(int rooms)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rooms, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rooms, 5_000);
        return
        [
            .. Enumerable.Range(0, rooms).Select(i => At(i, Math.Min(PerFloor, rooms - (i / PerFloor * PerFloor)))),
        ];
    }

    private static Room At(int index, int onFloor)
    {
        var place = (index % PerFloor) + 1;
        var kind = (onFloor - place) switch
        {
            0 when onFloor >= 5 => RoomKind.Kitchen,
            1 or 2 when onFloor >= 5 => RoomKind.Meeting,
            _ => RoomKind.Office,
        };
        return new Room(index, (index / PerFloor) + 1, place, kind);
    }
}
