using System.Text;
using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Wire;

/// <summary>What arrives is refused with a sentence that says where and why.</summary>
public sealed class RimTests
{
    private const string Good =
        """{"device":"d","sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","seq":1,"boot":1}""";

    [Theory]
    [InlineData("""{"sensor":"s","value":1,"at":"2026-03-01T08:00:00Z"}""", "device: missing")]
    [InlineData("""{"device":"d","value":1,"at":"2026-03-01T08:00:00Z"}""", "sensor: missing")]
    [InlineData(
        """{"device":"d","sensor":"s","at":"2026-03-01T08:00:00Z"}""",
        "value: missing (null says that it is unknown)"
    )]
    [InlineData("""{"device":"d","sensor":"s","value":1}""", "at: missing")]
    [InlineData(
        """{"device":"a/b","sensor":"s","value":1}""",
        "device: 'a/b' is not an id (1 to 128 letters, digits or . _ - : ~ @ $)"
    )]
    [InlineData("""{"device":7,"sensor":"s","value":1}""", "device: found 7, expected a text")]
    [InlineData("""{"device":"d","device":"e"}""", "device: the key appears twice")]
    [InlineData(
        """{"device":"d","sensor":"s","value":[1]}""",
        "value: found a list, expected a number, text, true, false or null"
    )]
    [InlineData(
        """{"device":"d","sensor":"s","value":1,"at":"yesterday"}""",
        "at: found 'yesterday', expected an RFC 3339 instant"
    )]
    [InlineData(
        """{"device":"d","sensor":"s","value":1,"at":"1969-12-31T23:59:59Z"}""",
        "at: 1969-12-31T23:59:59.000000Z lies outside 1970 to 2200"
    )]
    [InlineData(
        """{"device":"d","sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","seq":-1}""",
        "seq: found -1, expected a whole number from 0 to 2^53-1"
    )]
    [InlineData(
        """{"device":"d","sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","boot":9007199254740992}""",
        "boot: found 9007199254740992, expected a whole number from 0 to 2^53-1"
    )]
    [InlineData(
        """{"device":"d","sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","quality":"so-so"}""",
        "quality: found 'so-so', expected good or bad"
    )]
    [InlineData(
        """{"device":"d","sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","labels":{"room":1}}""",
        "labels.room: found 1, expected a text"
    )]
    [InlineData("""[1]""", "reading: found a list, expected an object")]
    [InlineData("", "found nothing, expected a JSON object")]
    public void A_reading_that_breaks_the_contract_is_refused(string json, string expected)
    {
        var error = Assert.Throws<WireException>(() => ReadingJson.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_overflows_is_of_bad_quality_and_not_infinite()
    {
        var reading = ReadingJson.Parse(
            Encoding.UTF8.GetBytes(Good.Replace("\"value\":1", "\"value\":1e400", StringComparison.Ordinal))
        );
        Assert.Equal(Quality.Bad, reading.Quality);
        Assert.True(reading.Trusted.IsUnknown);
    }

    [Fact]
    public void Null_says_of_all_but_the_value_that_there_is_none()
    {
        var reading = ReadingJson.Parse(
            """{"device":"d","sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","seq":null,"boot":null,"received":null,"unit":null,"quality":null,"fields":null,"labels":null}"""u8
        );
        Assert.Equal(Quality.Good, reading.Quality);
        Assert.Null(reading.Unit);
        Assert.Null(reading.Received);
    }

    [Fact]
    public void Unknown_keys_are_ignored_however_deep_they_may_be_allowed()
    {
        var reading = ReadingJson.Parse(
            Encoding.UTF8.GetBytes(
                Good.Replace("\"seq\":1", "\"seq\":1,\"later\":{\"a\":[1,2]}", StringComparison.Ordinal)
            )
        );
        Assert.Equal(1, reading.Seq);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 50)) + string.Concat(Enumerable.Repeat("]", 50));
        var json = Good.Replace("\"seq\":1", $"\"seq\":1,\"later\":{deep}", StringComparison.Ordinal);
        var error = Assert.Throws<WireException>(() => ReadingJson.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.StartsWith("not valid JSON at line 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_not_UTF8_is_refused()
    {
        byte[] bytes =
        [
            .. "{\"device\":\"d"u8,
            0xFF,
            .. "\",\"sensor\":\"s\",\"value\":1,\"at\":\"2026-03-01T08:00:00Z\"}"u8,
        ];
        Assert.Throws<WireException>(() => ReadingJson.Parse(bytes));
    }

    [Fact]
    public void A_batch_names_the_reading_that_is_wrong()
    {
        var json = $$"""{"v":1,"boot":1,"readings":[{{Good}},{"device":"d","sensor":"s","value":1}]}""";
        var error = Assert.Throws<WireException>(() => BatchJson.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Equal("readings[1].at: missing", error.Message);
    }

    [Fact]
    public void A_batch_of_another_version_is_refused()
    {
        var error = Assert.Throws<WireException>(() => BatchJson.Parse("""{"v":2,"readings":[]}"""u8));
        Assert.Equal("v: found 2, this node understands 1", error.Message);
    }

    [Fact]
    public void A_batch_of_501_readings_or_more_than_64_KiB_is_refused()
    {
        var many = string.Join(',', Enumerable.Repeat("""{"value":1,"sensor":"s","at":"2026-03-01T08:00:00Z"}""", 501));
        var error = Assert.Throws<WireException>(() =>
            BatchJson.Parse(Encoding.UTF8.GetBytes($$"""{"device":"d","readings":[{{many}}]}"""))
        );
        Assert.Equal("readings: more than 500 in one batch", error.Message);
        error = Assert.Throws<WireException>(() => BatchJson.Parse(new byte[Limits.BatchBytes + 1]));
        Assert.Equal("the batch has 65537 bytes, at most 65536 are allowed", error.Message);
    }

    [Fact]
    public void What_stands_for_all_readings_of_a_batch_may_follow_them()
    {
        var batch = BatchJson.Parse(
            """{"readings":[{"sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","seq":4}],"boot":7,"device":"d"}"""u8
        );
        Assert.Equal(new ReadingId("d", 7, 4), batch.Readings[0].Id);
    }

    [Fact]
    public void A_range_must_cover_what_its_address_says()
    {
        var body = RangeJson.Write(Samples.Range);
        var error = Assert.Throws<WireException>(() => RangeJson.Parse(body, "fog-1", 5, Lane.Alarms, 7, 8));
        Assert.Equal("the body covers items 7 to 9, the address says 7 to 8", error.Message);
    }

    [Theory]
    [InlineData("pir-101", true)]
    [InlineData("0x00158d0001", true)]
    [InlineData("küche", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("+", false)]
    [InlineData("$SYS", false)]
    [InlineData("-a", false)]
    public void Ids_are_words_that_fit_into_topics_and_addresses(string text, bool expected) =>
        Assert.Equal(expected, Limits.IsId(text));

    [Theory]
    [InlineData("mesh/v1/home/edge-1/readings", true)]
    [InlineData("mesh/v1/home/edge-1/other", false)]
    [InlineData("mesh/v2/home/edge-1/readings", false)]
    [InlineData("mesh/v1/home/edge-1/readings/x", false)]
    [InlineData("mesh/v1//edge-1/readings", false)]
    public void Topics_are_read_strictly(string topic, bool expected) =>
        Assert.Equal(expected, Topics.TryParse(topic, out _, out _, out _));
}
