using CsCheck;
using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Wire;

public sealed class TimeTests
{
    [Theory]
    [InlineData("2026-03-01T08:00:00Z", "2026-03-01T08:00:00.000000Z")]
    [InlineData("2026-03-01 08:00:00.5Z", "2026-03-01T08:00:00.500000Z")]
    [InlineData("2026-03-01T08:00:00.1234567890+01:30", "2026-03-01T06:30:00.123456Z")]
    [InlineData("2026-02-28T23:59:60Z", "2026-02-28T23:59:59.000000Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z")]
    [InlineData("2024-02-29t12:00:00z", "2024-02-29T12:00:00.000000Z")]
    public void Instants_of_RFC_3339_are_read(string text, string expected) =>
        Assert.Equal(expected, Timestamp.Parse(text).ToString());

    [Theory]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-03-01T24:00:00Z")]
    [InlineData("2026-03-01T08:00:00")]
    [InlineData("2026-03-01T08:00:00.Z")]
    [InlineData("2026-03-01T08:00:00+1:00")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("")]
    public void Other_texts_are_not(string text) => Assert.False(Timestamp.TryParse(text, out _));

    [Fact]
    public void Every_instant_survives_being_written_and_read() =>
        Gen.Long[Timestamp.MinValue.Micros, Timestamp.MaxValue.Micros]
            .Sample(micros => Timestamp.Parse(new Timestamp(micros).ToString()).Micros == micros);

    [Theory]
    [InlineData("250ms", 250_000)]
    [InlineData("5.5s", 5_500_000)]
    [InlineData("1h30m", 5_400_000_000)]
    [InlineData("7d", 604_800_000_000)]
    [InlineData("0s", 0)]
    public void Durations_are_read(string text, long micros)
    {
        Assert.True(Durations.TryParse(text, out var value));
        Assert.Equal(micros, value.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("99999999d")]
    public void Other_durations_are_not(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void Every_duration_survives_being_written_and_read() =>
        Gen.Long[0, 864_000_000_000_000]
            .Sample(micros =>
            {
                var value = new TimeSpan(micros * TimeSpan.TicksPerMicrosecond);
                return Durations.TryParse(Durations.Format(value), out var again) && again == value;
            });
}
