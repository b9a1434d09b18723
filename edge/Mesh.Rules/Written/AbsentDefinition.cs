namespace Mesh.Rules;

/// <summary><c>absent:</c> — sensors that are silent; how long is the rule's <c>for</c>.</summary>
public sealed class AbsentDefinition : BodyDefinition
{
    /// <summary>A reading of any of them ends the silence.</summary>
    public required IReadOnlyList<SensorDefinition> Sensors { get; init; }

    /// <summary><c>rearm: always</c> — one more fire every <c>for</c> while it lasts.</summary>
    public bool FiresAgain { get; init; }

    /// <summary><c>expect: registry</c> — keys of the devices in the registry exist from the rule's start.</summary>
    public bool ExpectsRegistry { get; init; }
}
