namespace Mesh.Simulators;

/// <summary>The weather of a temperate place: seasons, days and clouds.</summary>
internal static class Weather
{
    private const int Day = 86_400;

    /// <param name="now">Seconds since 1970.</param>
    /// <param name="seed">Decides the clouds of each day.</param>
    public static Surroundings At(long now, long seed)
    {
        var day = Math.DivRem(now, Day, out var second);
        var clouds = new Chance(seed, 7, day).Between(0.2, 1);
        var season = -Math.Cos(2 * Math.PI * ((day % 365.25) - 20) / 365.25);
        var noon = Math.Cos(2 * Math.PI * (second - (15 * 3600.0)) / Day);
        var outdoors = 10 + (9 * season) + (4 * noon);
        var height = Math.Cos(2 * Math.PI * (second - (12.5 * 3600)) / Day);
        return new Surroundings(outdoors, Math.Max(0, height) * (1 - clouds) * 1.2, !Presence.IsWeekend(day), second);
    }
}
