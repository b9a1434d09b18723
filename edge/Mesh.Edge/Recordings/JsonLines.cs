using System.Text;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>
/// One pass over the product's own <c>.jsonl</c>: a reading per line. Lines keep their <c>boot</c> and <c>seq</c>; one
/// without <c>seq</c> is numbered like the rows of a foreign recording, one without <c>boot</c> gets the file's.
/// </summary>
internal sealed class JsonLines(int pass)
{
    private readonly NameTable _names = new();
    private readonly Identities _identities = new();
    private readonly Row _row = new();

    public void Read(string line, long boot, RecordingReport report, Action<int, string> fault, List<Reading> into)
    {
        Reading reading;
        try
        {
            reading = ReadingJson.Parse(Encoding.UTF8.GetBytes(line), _names);
        }
        catch (WireException e)
        {
            fault(1, e.Message);
            return;
        }

        var seq = reading.Seq;
        if (seq == 0)
        {
            _row.Start(line);
            if (_identities.Take(reading.Device, _row.Fingerprint(), 0, out seq))
            {
                report.Repeated++;
            }
        }

        var own =
            reading.Boot == 0 && !line.Contains("\"boot\"", StringComparison.Ordinal)
                ? boot
                : Identities.BootOf(reading.Boot, pass);
        into.Add(Copies.Of(reading, own, seq, TimeSpan.Zero));
    }
}
