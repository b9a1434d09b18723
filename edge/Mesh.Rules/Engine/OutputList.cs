using System.Reactive.Disposables;
using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>Collects what rules say while the engine works; subscribers are told when it is drained.</summary>
internal sealed class OutputList : IObservable<RuleOutput>, IObserver<RuleOutput>
{
    private readonly List<RuleOutput> _items = [];
    private IObserver<RuleOutput>[] _observers = [];

    public void Drain(List<RuleOutput> into)
    {
        if (_items.Count == 0)
        {
            return;
        }

        var first = into.Count;
        into.AddRange(_items);
        _items.Clear();
        if (_observers.Length == 0)
        {
            return;
        }

        for (var i = first; i < into.Count; i++)
        {
            foreach (var observer in _observers)
            {
                observer.OnNext(into[i]);
            }
        }
    }

    public IDisposable Subscribe(IObserver<RuleOutput> observer)
    {
        _observers = [.. _observers, observer];
        return Disposable.Create(() => _observers = [.. _observers.Where(o => o != observer)]);
    }

    /// <summary>A detection about which nothing is to be done.</summary>
    public void Add(Detection detection) => _items.Add(new RuleOutput(detection, Array.Empty<RuleAction>()));

    public void OnNext(RuleOutput value) => _items.Add(value);

    public void OnCompleted() { }

    public void OnError(Exception error) { }
}
