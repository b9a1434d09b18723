using System.Collections;
using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>The one binding of a match of a single reading, spelled out when somebody looks.</summary>
internal sealed class JudgedReading(Reading reading) : IReadOnlyList<NamedBinding>
{
    public int Count => 1;

    public NamedBinding this[int index] =>
        index == 0 ? Named() : throw new ArgumentOutOfRangeException(nameof(index), index, "There is one binding.");

    public IEnumerator<NamedBinding> GetEnumerator()
    {
        yield return Named();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private NamedBinding Named() => new(reading.Sensor, Repeated: false, [Binding.Of(reading)]);
}
