using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

/// <summary>How a source is doing.</summary>
/// <param name="Name">The source, an id.</param>
/// <param name="Alive">Whether it is connected.</param>
/// <param name="Ended">Whether a final mark has ended it.</param>
/// <param name="Clock">Recorded clock: how far it has come. Live: the highest instant it has sent.</param>
public sealed record SourceStatus(string Name, bool Alive, bool Ended, Timestamp Clock);

public sealed partial class RuleEngine
{
    /// <summary>Every source heard or expected, by name.</summary>
    public IReadOnlyList<SourceStatus> Sources =>
        [
            .. SourcesByName.Select(s => new SourceStatus(
                s.Name,
                s.Alive,
                s.Ended || s.Final,
                new Timestamp(_options.Clock == ClockKind.Recorded ? s.Clock : s.Highest)
            )),
        ];

    private IEnumerable<Source> SourcesByName => _sources.Values.OrderBy(s => s.Name, StringComparer.Ordinal);
}
