namespace Mesh.Nodes;

/// <summary>The open files of a store. Readers may open one; only the writer closes, sets aside and deletes.</summary>
internal sealed class StoreFiles(Disk disk, StoreOptions options, Action<StoreTrouble> report) : IDisposable
{
    /// <summary>Period files that stay open between batches.</summary>
    private const int MostOpen = 4;

    private readonly Dictionary<string, StoreFile> _open = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Names of the period files there are, oldest first.</summary>
    internal IReadOnlyList<string> Names()
    {
        string[] names = [.. disk.List(options.Folder).Where(n => n.EndsWith(".db", StringComparison.Ordinal))];
        return [.. names.Where(n => StoreOptions.TryEnd(n, out _))];
    }

    internal StoreFile Open(string name)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(name, out var file))
            {
                file = PeriodFile.Open(disk, Path.Combine(options.Folder, name), options.Epoch);
                if (file.Epoch != options.Epoch)
                {
                    file.Dispose();
                    throw new FormatException($"{name} belongs to epoch {file.Epoch} of the journal");
                }

                _open.Add(name, file);
            }

            return file;
        }
    }

    internal void CloseIdle()
    {
        foreach (var name in _open.Keys.Order(StringComparer.Ordinal).SkipLast(MostOpen).ToArray())
        {
            Close(name);
        }
    }

    /// <summary>Deletes the periods that end at or before an instant.</summary>
    internal void DeleteBefore(Contracts.Timestamp instant)
    {
        foreach (var name in Names())
        {
            if (StoreOptions.TryEnd(name, out var end) && end <= instant)
            {
                Close(name);
                var path = Path.Combine(options.Folder, name);
                StoreFile.Delete(disk, path);
            }
        }
    }

    /// <summary>Renames a file, its log and its seal to <c>*.damaged</c>, in place of what was set aside before.</summary>
    internal void SetAside(string name, string reason)
    {
        Close(name);
        var path = Path.Combine(options.Folder, name);
        foreach (var one in StoreFile.FilesOf(path).Where(disk.Exists))
        {
            disk.Rename(one, one + ".damaged");
        }

        disk.SyncFolder(options.Folder);
        report(new StoreTrouble(name, reason, name + ".damaged"));
    }

    internal void CloseAll()
    {
        foreach (var name in _open.Keys.ToArray())
        {
            Close(name);
        }
    }

    public void Dispose() => CloseAll();

    private void Close(string name)
    {
        if (_open.Remove(name, out var file))
        {
            try
            {
                file.Dispose();
            }
            catch (Exception e) when (e is LiteDB.LiteException or IOException or DiskException)
            {
                // A file that failed may fail once more while it is closed; its content is in the journal.
                report(new StoreTrouble(name, $"closing: {e.Message}", null));
            }
        }
    }
}
