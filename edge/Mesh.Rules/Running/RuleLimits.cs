namespace Mesh.Rules.Running;

/// <summary>Bounds of one rule.</summary>
/// <param name="MaxKeys">Keys; beyond, the quarter that has been idle longest is forgotten, counted.</param>
/// <param name="MaxWaiting">Readings waiting for the watermark; beyond, the first is applied early, counted.</param>
/// <param name="MaxDevicesPerInput">Devices of a combined input in one key; further ones are not taken, counted.</param>
/// <param name="MaxWindowReadings">Readings in a sliding window of one key; beyond, the oldest leaves, counted.</param>
internal sealed record RuleLimits(int MaxKeys, int MaxWaiting, int MaxDevicesPerInput, int MaxWindowReadings);
