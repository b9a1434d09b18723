namespace Mesh.Contracts.Blocks;

/// <summary>
/// Readings of a block that agree in everything but instant, number and value. Its state predicts the next reading;
/// what is written is the difference from the prediction, so a periodic sensor costs its change of value and little
/// more. Writer and reader keep the same state in the same way.
/// </summary>
internal sealed class Series
{
    internal required string Device { get; init; }
    internal required string Sensor { get; init; }
    internal required string? Unit { get; init; }
    internal required Labels Labels { get; init; }
    internal required long Boot { get; init; }
    internal required Quality Quality { get; init; }
    internal required ValueKind Kind { get; init; }
    internal required bool HasReceived { get; init; }
    internal required bool HasFields { get; init; }

    /// <summary>Place in the block's table.</summary>
    internal int Place { get; init; }

    /// <summary>Counter of the device's numbers, shared by its series.</summary>
    internal required Counter Numbers { get; init; }

    /// <summary>The series whose reading came after this one's last time: the best guess what comes next.</summary>
    internal Series? Follower { get; set; }

    internal bool Seen { get; set; }
    internal bool HasStep { get; set; }
    internal long LastAt { get; set; }
    internal long LastStep { get; set; }

    /// <summary>Last value: scaled number, place of a text, or microseconds.</summary>
    internal long Last { get; set; }

    /// <summary>Decimals of its numbers, 0 to <see cref="Decimals.Most"/>.</summary>
    internal int Exponent { get; set; }

    internal bool Fits(Reading reading) =>
        Kind == reading.Value.Kind
        && Boot == reading.Boot
        && Quality == reading.Quality
        && HasReceived == reading.Received.HasValue
        && HasFields == (reading.Fields.Count > 0)
        && string.Equals(Device, reading.Device, StringComparison.Ordinal)
        && string.Equals(Sensor, reading.Sensor, StringComparison.Ordinal)
        && string.Equals(Unit, reading.Unit, StringComparison.Ordinal)
        && (ReferenceEquals(Labels, reading.Labels) || Labels.Equals(reading.Labels));

    /// <summary>The instant expected next: as far behind the last as that was behind the one before, or as the neighbour's.</summary>
    internal long PredictAt(long previousAt, long previousStep) =>
        !Seen ? previousAt
        : HasStep ? LastAt + LastStep
        : LastAt + previousStep;

    internal void MoveTo(long at)
    {
        (HasStep, LastStep) = (Seen, Seen ? at - LastAt : 0);
        (Seen, LastAt) = (true, at);
    }

    /// <summary>Last number given by a device under one boot.</summary>
    internal sealed class Counter
    {
        internal bool Seen { get; set; }
        internal long Last { get; set; }

        internal long Predict(long previous) => Seen ? Last + 1 : previous;

        internal void MoveTo(long seq) => (Seen, Last) = (true, seq);
    }
}

/// <summary>Numbers as a whole number of 10^-exponent, where that gives exactly the same number back.</summary>
internal static class Decimals
{
    internal const int Most = 6;

    private const double Largest = 1L << 53;
    private static readonly double[] Powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

    internal static bool TryScale(double value, int exponent, out long scaled)
    {
        var product = value * Powers[exponent];
        if (!(Math.Abs(product) < Largest))
        {
            scaled = 0;
            return false;
        }

        scaled = (long)Math.Round(product);
        return BitConverter.DoubleToInt64Bits(scaled / Powers[exponent]) == BitConverter.DoubleToInt64Bits(value);
    }

    /// <summary>The smallest exponent from <paramref name="least"/> that will do; <paramref name="least"/> if none does.</summary>
    internal static int Exponent(double value, int least)
    {
        for (var exponent = least; exponent <= Most; exponent++)
        {
            if (TryScale(value, exponent, out _))
            {
                return exponent;
            }
        }

        return least;
    }

    internal static double Unscale(long scaled, int exponent) => scaled / Powers[exponent];
}
