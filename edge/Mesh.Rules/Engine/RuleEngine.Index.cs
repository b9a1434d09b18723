using Mesh.Contracts;
using Mesh.Rules.Index;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// Which rules a reading can matter to. They get it in the order in which they are loaded, whichever way they are found.
public sealed partial class RuleEngine
{
    private readonly SharedKeys _sharedKeys = new();
    private Found _found = new();

    private void Bring(Reading reading, SensorIndex index, Source source, bool older)
    {
        if (!index.Filters)
        {
            foreach (var rule in index.Every)
            {
                Bring(reading, rule, source, older);
            }

            return;
        }

        foreach (var rule in index.Meet(source))
        {
            rule.Rule.Meet(source);
        }

        // Another reading may be derived meanwhile, and found behind these.
        var first = _found.Count;
        index.Find(reading, ref _found);
        var end = _found.Count;
        JudgedReading? judged = null;
        for (var i = first; i < end; i++)
        {
            var rule = _found[i];
            if (rule.IsPlain)
            {
                judged ??= new JudgedReading(reading);
                _outputs.Add(rule.Match(judged, reading.At, _clock.Now));
            }
            else
            {
                Bring(reading, rule, source, older);
            }
        }

        _found.Back(first);
    }

    private void Bring(Reading reading, Subscription to, Source source, bool older)
    {
        var rule = to.Rule;
        if (rule.Fault is not null)
        {
            return;
        }

        try
        {
            rule.Accept(reading, to, source, older);
        }
        catch (Exception e)
        {
            Stop(rule, e);
            return;
        }

        Progress(rule);
    }
}
