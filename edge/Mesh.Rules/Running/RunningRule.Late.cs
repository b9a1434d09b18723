using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// What becomes of late readings beside being counted.
internal sealed partial class RunningRule
{
    /// <summary>Receives what is to be published of late readings.</summary>
    public Action<PublishAction>? OnAside { get; set; }

    // The reading to take instead; null for none.
    private Reading? AfterAll(Reading reading, Source source)
    {
        var late = Rule.Definition.Late;
        switch (late.Choice)
        {
            case LateChoice.Adjust:
                // Counted from below, so that it is at or above the watermark.
                return reading.MovedTo(new Timestamp(Ceiling(Watermark())));
            case LateChoice.Side:
                OnAside?.Invoke(new PublishAction(IdOf(reading), late.Topic!, EventJson.Text(reading)));
                return null;
            default:
                return null;
        }
    }

    private string IdOf(Reading reading) =>
        string.Create(CultureInfo.InvariantCulture, $"late:{Rule.Id}:{reading.Device}:{reading.Boot}:{reading.Seq}");
}
