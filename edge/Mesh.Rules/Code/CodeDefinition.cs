namespace Mesh.Rules.Code;

/// <summary>The body of a rule that is not written in YAML.</summary>
internal sealed class CodeDefinition : BodyDefinition;
