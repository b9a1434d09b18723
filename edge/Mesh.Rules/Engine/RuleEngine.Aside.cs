namespace Mesh.Rules;

public sealed partial class RuleEngine
{
    /// <summary>Late readings kept to be published until the next <see cref="DrainAside"/>; further ones are lost.</summary>
    public const int MaxAside = 100_000;

    private readonly List<PublishAction> _aside = [];

    /// <summary>Moves what rules publish of late readings (<c>late: side</c>) since the last call into the list, in order.</summary>
    public void DrainAside(List<PublishAction> into)
    {
        into.AddRange(_aside);
        _aside.Clear();
    }

    private void SetAside(PublishAction late)
    {
        if (_aside.Count < MaxAside)
        {
            _aside.Add(late);
        }
    }
}
