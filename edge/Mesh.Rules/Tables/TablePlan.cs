namespace Mesh.Rules.Tables;

/// <summary>A table as a rule knows it: under a name, with the content it was loaded with.</summary>
/// <param name="Slot">Place among the rule's tables.</param>
/// <param name="Name">As expressions call it.</param>
/// <param name="Reactive">Whether a change of the table alone makes conditions be judged again.</param>
/// <param name="Content">What the file held when the rule was compiled.</param>
internal sealed record TablePlan(int Slot, string Name, bool Reactive, LookupTable Content);
