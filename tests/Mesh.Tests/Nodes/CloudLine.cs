using System.Globalization;
using System.Text;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Tests.Nodes;

/// <summary>A node and the hop to its cloud in virtual time, without a wire.</summary>
internal sealed class CloudLine : IDisposable
{
    private readonly FakeTimeProvider _time = new(Some.Start.ToDateTimeOffset());
    private readonly TurnMachine _machine;
    private readonly List<InputOutcome> _outcomes = [];
    private readonly HopMarks _cloud = new();
    private long _fed;

    public CloudLine(HopSettings? hop = null)
    {
        var settings = OpenNode.Settings with { Hop = hop ?? new HopSettings() };
        _machine = TurnMachine.Open(settings, new MemoryDisk(), _time, () => 9, NullLogger.Instance);
        _machine.Begin(Some.Everything, "test");
        Hop = new CloudHop(_machine.Outbox, seed: 1);
    }

    public CloudHop Hop { get; }

    public TimeSpan Now { get; private set; }

    public NodeCore Core => _machine.Look(core => core);

    public void Pass(TimeSpan time)
    {
        Now += time;
        _time.Advance(time);
        _machine.Turn([], _outcomes);
    }

    public void Feed(int count)
    {
        for (var left = count; left > 0; left -= 1000)
        {
            var some = Math.Min(left, 1000);
            _machine.Turn([new RangeArrived(Some.Range(_fed + 1, some))], _outcomes);
            _fed += some;
        }
    }

    /// <summary>Gives the node what follows from an answer.</summary>
    public NodeInput? Tell(CloudNews news)
    {
        if (news.Input is { } input)
        {
            _machine.Turn([input], _outcomes);
        }

        return news.Input;
    }

    /// <summary>Sends until nothing more is given out within a time; the cloud takes everything.</summary>
    public IEnumerable<LaneRange> Drain(bool answers = true, TimeSpan? patience = null)
    {
        var end = Now + (patience ?? TimeSpan.FromSeconds(5));
        while (Now < end)
        {
            if (Hop.Next(Now) is not { } request)
            {
                Pass(TimeSpan.FromMilliseconds(100));
                continue;
            }

            yield return request.Range;
            if (answers)
            {
                Answer(request);
            }
            else
            {
                Hop.Failed("no answer", Now);
            }
        }
    }

    public void Dispose()
    {
        Hop.Dispose();
        _machine.Dispose();
    }

    private void Answer(CloudRequest request)
    {
        var fresh = _cloud.Trim(request.Range);
        if (fresh is not null)
        {
            _cloud.Advance(fresh);
        }

        var upTo = _cloud.UpTo(request.Range.Sender, request.Range.Epoch, request.Range.Lane);
        var body = string.Create(CultureInfo.InvariantCulture, $"{{\"upTo\":{upTo}}}");
        Tell(Hop.Answered(request, fresh is null ? 409 : 200, Encoding.UTF8.GetBytes(body), null, Now));
    }
}
