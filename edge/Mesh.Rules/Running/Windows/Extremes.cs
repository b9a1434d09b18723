namespace Mesh.Rules.Running;

/// <summary>
/// The least or greatest of the numbers in a window that slides: those that a later one beats can never count again and
/// are forgotten, so the first one left is the answer.
/// </summary>
internal sealed class Extremes(bool greatest)
{
    private (long Place, double Number)[] _items = new (long, double)[4];
    private int _first;
    private int _count;

    /// <summary>The least or greatest; there must be one.</summary>
    public double Best => _items[_first].Number;

    /// <param name="place">Grows with every number.</param>
    /// <param name="number">The number.</param>
    public void Add(long place, double number)
    {
        while (_count > 0 && Beaten(_items[(_first + _count - 1) % _items.Length].Number, number))
        {
            _count--;
        }

        if (_count == _items.Length)
        {
            Grow();
        }

        _items[(_first + _count++) % _items.Length] = (place, number);
    }

    /// <summary>The number at that place, the oldest one, leaves.</summary>
    public void Remove(long place)
    {
        if (_count > 0 && _items[_first].Place == place)
        {
            _first = (_first + 1) % _items.Length;
            _count--;
        }
    }

    private bool Beaten(double old, double number) => greatest ? old <= number : old >= number;

    private void Grow()
    {
        var items = new (long, double)[_items.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            items[i] = _items[(_first + i) % _items.Length];
        }

        (_items, _first) = (items, 0);
    }
}
