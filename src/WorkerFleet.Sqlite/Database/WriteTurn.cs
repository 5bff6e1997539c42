using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite.Database;

/// <summary>
/// Whose turn it is to write, among the processes that have the store open. SQLite's own lock is not fair: whoever
/// commits all the time takes it again at once, while the others sleep up to 100 ms between two looks at it, and so get
/// it seconds later or never.
/// </summary>
/// <remarks>
/// Two files, <c>locks/next.turn</c> and <c>locks/writer.turn</c>, locked with flock(2), which the system releases
/// however a process ends. Who has the first is next in line, and waits for the second; who has just written has to
/// queue for the first one again, and so cannot overtake. It is order only: correctness rests on SQLite's lock. So a
/// process that is suspended in its turn costs the others some waiting, not their writes. On Windows there is no order.
/// </remarks>
/// <param name="folder">The data folder.</param>
/// <param name="patience">
/// How long one waits for one's turn before going on without it; null for 2 s. Turns last milliseconds.
/// </param>
internal sealed class WriteTurn(string folder, TimeSpan? patience = null) : IDisposable
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(2);

    /// <summary>The same, after a turn that did not come: somebody may be suspended for hours.</summary>
    private static readonly TimeSpan LostPatience = TimeSpan.FromMilliseconds(20);

    /// <summary>After which one waits in full again: it may only have been a slow disk.</summary>
    private static readonly TimeSpan LossTime = TimeSpan.FromSeconds(30);

    private const int ReadWrite = 2;
    private const int CloseOnExecLinux = 0x80000;
    private const int CloseOnExecMac = 0x1000000;
    private const int LockExclusive = 2;
    private const int TryOnly = 4;
    private const int Unlock = 8;

    /// <summary>Pause between two looks of who is next, in microseconds: about a tenth of a turn.</summary>
    private const uint NextPauseUs = 200;

    /// <summary>The same for those behind it.</summary>
    private const uint QueuePauseUs = 1_000;

    private SafeFileHandle? _next;
    private SafeFileHandle? _writer;
    private long? _lost;

    /// <summary>Waits for the turn, though not for ever.</summary>
    public void Enter()
    {
        Open();
        if (OperatingSystem.IsWindows())
            return;
        var start = Stopwatch.GetTimestamp();
        var isLost = _lost is { } lost && Stopwatch.GetElapsedTime(lost) < LossTime;
        var limit = isLost ? LostPatience : patience ?? DefaultPatience;
        var came = Lock(_next!, start, limit, QueuePauseUs) && Lock(_writer!, start, limit, NextPauseUs);
        _ = Flock(_next!, Unlock);
        if (came)
            _lost = null;
        else if (!isLost)
            _lost = Stopwatch.GetTimestamp();
    }

    public void Leave()
    {
        if (_writer is not null && !OperatingSystem.IsWindows())
            _ = Flock(_writer, Unlock);
    }

    /// <summary>
    /// Adds to the pages that all processes have written since the log was last started over. Only a rough number: it
    /// outlives crashes, and those who write out of turn can lose some.
    /// </summary>
    /// <returns>The sum.</returns>
    public long AddPages(long pages)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        if (RandomAccess.Read(_writer!, bytes, fileOffset: 0) < bytes.Length)
            bytes.Clear();
        var sum = BinaryPrimitives.ReadInt64LittleEndian(bytes) + pages;
        SetPages(sum);
        return sum;
    }

    /// <summary>Sets that sum.</summary>
    public void SetPages(long pages)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, pages);
        try
        {
            RandomAccess.Write(_writer!, bytes, fileOffset: 0);
        }
        catch (IOException)
        {
            // A full disk, which the next commit reports.
        }
    }

    public void Dispose()
    {
        _next?.Dispose();
        _writer?.Dispose();
    }

    private void Open()
    {
        if (_writer is not null)
            return;
        try
        {
            var locks = Path.Combine(folder, "locks");
            PrivateFolder.Create(folder);
            Directory.CreateDirectory(locks);
            _next ??= OpenFile(Path.Combine(locks, "next.turn"));
            _writer = OpenFile(Path.Combine(locks, "writer.turn"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                StoreFault.NotWritable,
                $"The data folder {folder} cannot be written: {exception.Message} Check the rights to it, or choose "
                + "another one.",
                exception);
        }
    }

    private static SafeFileHandle OpenFile(string path)
    {
        if (OperatingSystem.IsWindows())
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (!File.Exists(path))
            Create(path);
        // The framework locks every file that it opens, and fails where another process has the turn just then.
        var file = OpenUnlocked(path, ReadWrite | (OperatingSystem.IsMacOS() ? CloseOnExecMac : CloseOnExecLinux));
        return file.IsInvalid ? throw new IOException(Marshal.GetLastPInvokeErrorMessage()) : file;
    }

    private static void Create(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // By another process, a moment ago.
        }
    }

    private static bool Lock(SafeFileHandle file, long start, TimeSpan limit, uint pauseUs)
    {
        while (Flock(file, LockExclusive | TryOnly) != 0)
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
                return false;
            _ = Pause(pauseUs);
        }

        return true;
    }

    [DllImport("libc", EntryPoint = "open", BestFitMapping = false, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle OpenUnlocked([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flock(SafeFileHandle file, int operation);

    [DllImport("libc", EntryPoint = "usleep", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Pause(uint microseconds);
}
