namespace Mesh.Rules.Language;

/// <summary>A key of the language.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Type">
/// What stands behind it, alternatives separated by a blank: <c>text expression duration instant boolean integer number
/// value sensor</c>, <c>a|b</c> (words), <c>@table</c>, <c>[type]</c> (a list), <c>{type}</c> (names to values).
/// </param>
/// <param name="Says">What it means, for people who hover over it.</param>
/// <param name="Required">Whether it must be there.</param>
internal sealed record Key(string Name, string Type, string Says, bool Required = false);

/// <summary>The keys of one kind of mapping.</summary>
/// <param name="Name">Of the table.</param>
/// <param name="Says">What the mapping describes.</param>
/// <param name="Keys">Those with a meaning.</param>
/// <param name="Free">Type of what stands behind any other key; null where there must be none.</param>
internal sealed record KeyTable(string Name, string Says, Key[] Keys, string? Free = null);
