using System.Buffers;
using CsCheck;
using Mesh.Contracts;
using Mesh.Contracts.Blocks;
using Xunit;

namespace Mesh.Tests.Blocks;

public sealed class BlockTests
{
    [Fact]
    public void Readings_come_back_exactly() =>
        Arbitrary.Reading.Array[0, 60].Sample(readings => Same(readings), iter: 800);

    [Fact]
    public void Readings_that_repeat_come_back_exactly() =>
        Gen.Select(Arbitrary.Reading.Array[1, 4], Gen.Int[0, 3].Array[0, 200])
            .Sample(pair => Same([.. pair.Item2.Select(i => pair.Item1[i % pair.Item1.Length])]), iter: 300);

    [Fact]
    public void Detections_and_aggregates_come_back_exactly() =>
        Gen.OneOf(Arbitrary.Detection, Arbitrary.Aggregate)
            .Array[0, 20]
            .Sample(
                events =>
                {
                    var to = new ArrayBufferWriter<byte>();
                    EventBlock.Write(to, events);
                    var back = EventBlock.Read(to.WrittenSpan, out var consumed);
                    Assert.Equal(to.WrittenCount, consumed);
                    Assert.Equal(Exactly.Text(events), Exactly.Text(back));
                },
                iter: 600
            );

    [Fact]
    public void Blocks_follow_one_another_without_a_gap()
    {
        var to = new ArrayBufferWriter<byte>();
        ReadingBlock.Write(to, Office.Readings(3, 1));
        var first = to.WrittenCount;
        ReadingBlock.Write(to, Office.Readings(1000, 2));
        Assert.Equal(3, ReadingBlock.Read(to.WrittenSpan, out var consumed).Length);
        Assert.Equal(first, consumed);
        Assert.Equal(1000, ReadingBlock.Read(to.WrittenSpan[first..], out _).Length);
    }

    [Fact]
    public void A_hundred_readings_take_at_most_12_bytes_each_and_a_thousand_at_most_4()
    {
        foreach (var (count, most) in ((int, double)[])[(100, 12), (1000, 4)])
        {
            var to = new ArrayBufferWriter<byte>();
            ReadingBlock.Write(to, Office.Readings(count, 7));
            var each = to.WrittenCount / (double)count;
            TestContext.Current.TestOutputHelper?.WriteLine($"{count} readings: {each:F2} bytes each");
            Assert.InRange(each, 0.5, most);
        }
    }

    [Fact]
    public void Hostile_bytes_are_a_format_error_and_nothing_else()
    {
        var office = new ArrayBufferWriter<byte>();
        ReadingBlock.Write(office, Office.Readings(40, 3));
        var readings = office.WrittenSpan.ToArray();
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 10_000], Arbitrary.Detection, Arbitrary.Aggregate)
            .Sample(
                (at, value, cut, detection, aggregate) =>
                {
                    var to = new ArrayBufferWriter<byte>();
                    EventBlock.Write(to, [detection, aggregate]);
                    var events = to.WrittenSpan.ToArray();
                    Survives(Changed(readings, at, value, cut), bytes => ReadingBlock.Read(bytes, out _));
                    Survives(Changed(events, at, value, cut), bytes => EventBlock.Read(bytes, out _));
                },
                iter: 6_000
            );
        Gen.Byte.Array[0, 200]
            .Sample(
                bytes =>
                {
                    Survives([0x10, (byte)(bytes.Length & 0x7F), .. bytes], b => ReadingBlock.Read(b, out _));
                    Survives([0x20, (byte)(bytes.Length & 0x7F), .. bytes], b => EventBlock.Read(b, out _));
                },
                iter: 6_000
            );
    }

    [Fact]
    public void A_small_block_cannot_claim_much_memory()
    {
        // Compressed, says 16 MiB, and has three bytes.
        byte[] bytes = [0x11, 0x80, 0x80, 0x80, 0x08, 0x03, 1, 2, 3];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => ReadingBlock.Read(bytes, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
    }

    [Fact]
    public void More_than_a_block_holds_is_refused_when_written()
    {
        var reading = Office.Readings(1, 1)[0];
        var many = Enumerable.Repeat(reading, BlockBounds.Items + 1).ToArray();
        Assert.Throws<ArgumentException>(() => ReadingBlock.Write(new ArrayBufferWriter<byte>(), many));
        Assert.Throws<ArgumentException>(() => EventBlock.Write(new ArrayBufferWriter<byte>(), [reading]));
    }

    private static byte[] Changed(byte[] bytes, int at, byte value, int cut)
    {
        var copy = (byte[])bytes.Clone();
        copy[at % copy.Length] = value;
        return cut % 4 == 0 ? copy[..(cut % copy.Length)] : copy;
    }

    private static void Survives(byte[] bytes, Action<byte[]> read)
    {
        try
        {
            read(bytes);
        }
        catch (FormatException)
        {
            // The only way to say no.
        }
    }

    private static void Same(Reading[] readings)
    {
        var to = new ArrayBufferWriter<byte>();
        ReadingBlock.Write(to, readings);
        var back = ReadingBlock.Read(to.WrittenSpan, out var consumed);
        Assert.Equal(to.WrittenCount, consumed);
        Assert.Equal(Exactly.Text(readings), Exactly.Text(back));
    }
}
