using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>A command that its agent has not answered.</summary>
public sealed record PendingCommand(Command Command, Timestamp Expires, string? Agent);

/// <summary>
/// Commands on their way, in the order they were given. One leaves when its agent answers or when it expires: an expired
/// command is never executed. At most 10,000; beyond that the oldest is given up and counted.
/// </summary>
public sealed class PendingCommands
{
    public const int Capacity = 10_000;

    private readonly List<PendingCommand> _commands = [];

    public IReadOnlyList<PendingCommand> All => _commands;

    public long Expired { get; private set; }

    /// <summary>False when it is on its way already: the same id twice is the same command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="givenUp">The one that had to go for it, where there were too many.</param>
    public bool Add(PendingCommand command, out PendingCommand? givenUp)
    {
        givenUp = null;
        if (_commands.Exists(c => c.Command.Id == command.Command.Id))
        {
            return false;
        }

        if (_commands.Count == Capacity)
        {
            givenUp = _commands[0];
            _commands.RemoveAt(0);
            Expired++;
        }

        _commands.Add(command);
        return true;
    }

    public void Finish(string id) => _commands.RemoveAll(c => c.Command.Id == id);

    /// <summary>Gives up those nobody answered in time.</summary>
    public IReadOnlyList<PendingCommand> Expire(Timestamp now)
    {
        if (!_commands.Exists(c => c.Expires <= now))
        {
            return [];
        }

        var expired = _commands.FindAll(c => c.Expires <= now);
        _commands.RemoveAll(c => c.Expires <= now);
        Expired += expired.Count;
        return expired;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Expired);
        writer.Write(_commands.Count);
        foreach (var (command, expires, agent) in _commands)
        {
            writer.Write(command);
            writer.Write(expires.Micros);
            writer.Write(agent ?? "");
        }
    }

    public void Restore(BinaryReader reader)
    {
        _commands.Clear();
        Expired = reader.ReadInt64();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var command = reader.ReadCommand();
            var expires = new Timestamp(reader.ReadInt64());
            var agent = reader.ReadString();
            _commands.Add(new PendingCommand(command, expires, agent.Length == 0 ? null : agent));
        }
    }
}
