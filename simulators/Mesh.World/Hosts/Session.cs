namespace Mesh.World;

/// <summary>
/// A connection of an agent with a fog, as long as either believes in it. A side whose peer is gone hears of it at once
/// if the network says so, otherwise when nothing has come through for the keep-alive: until then it is half open.
/// </summary>
public sealed class Session(WorldRun world, EdgeHost edge, FogHost fog)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private readonly int _edgeLife = edge.Life;
    private readonly int _fogLife = fog.Life;
    private TimeSpan _lastThrough = world.Agenda.Now;
    private bool _edgeLeft;
    private bool _fogLeft;

    public EdgeHost Edge => edge;

    public FogHost Fog => fog;

    /// <summary>Whether the process that made it still runs.</summary>
    public bool EdgeLives => edge.IsUp && edge.Life == _edgeLife && !_edgeLeft;

    public bool FogLives => fog.IsUp && fog.Life == _fogLife && !_fogLeft;

    /// <summary>Looks after it until both sides have left it.</summary>
    public void Watch()
    {
        if (world.Network.Reaches(edge.Name, fog.Name))
        {
            _lastThrough = world.Agenda.Now;
        }

        var dead = world.Agenda.Now - _lastThrough > KeepAlive;
        var reset = world.Network.Reaches(edge.Name, fog.Name) && !(EdgeLives && FogLives);
        if (dead || reset)
        {
            Leave();
        }

        if (EdgeLives || FogLives)
        {
            world.Agenda.In(Look, Watch);
        }
    }

    /// <summary>Both sides give it up.</summary>
    public void Leave()
    {
        var (tellEdge, tellFog) = (EdgeLives, FogLives);
        _edgeLeft = _fogLeft = true;
        if (tellEdge)
        {
            edge.Lost(this, _edgeLife);
        }

        if (tellFog)
        {
            fog.Lost(this, _fogLife);
        }
    }
}
