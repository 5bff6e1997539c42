using System.Globalization;

namespace WorkerFleet.Acceptance.Processes;

/// <summary>Which process is at the other end of a connection on this machine, by what Linux tells of sockets.</summary>
internal static class SocketOwner
{
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    private const int LocalAddress = 1;
    private const int RemoteAddress = 2;
    private const int Inode = 9;

    /// <param name="port">The connection's port on the side that is looked for.</param>
    /// <param name="otherPort">That on the other side: connections to several servers can have the same port here.</param>
    /// <param name="candidates">Ids of the processes that it may belong to.</param>
    /// <returns>Null when it belongs to none of them.</returns>
    public static int? Find(int port, int otherPort, IEnumerable<int> candidates)
    {
        var sockets = InodesOf(port, otherPort).Select(inode => $"socket:[{inode}]").ToHashSet();
        return candidates.Cast<int?>().FirstOrDefault(process => SocketsOf(process!.Value).Any(sockets.Contains));
    }

    private static IEnumerable<string> InodesOf(int port, int otherPort)
    {
        var (here, there) = (EndingOf(port), EndingOf(otherPort));
        return Tables
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[LocalAddress].EndsWith(here, StringComparison.Ordinal)
                && fields[RemoteAddress].EndsWith(there, StringComparison.Ordinal))
            .Select(fields => fields[Inode]);
    }

    private static string EndingOf(int port) => string.Create(CultureInfo.InvariantCulture, $":{port:X4}");

    private static IEnumerable<string> SocketsOf(int process)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(TargetOf).OfType<string>()
            : [];
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return null;
        }
    }
}
