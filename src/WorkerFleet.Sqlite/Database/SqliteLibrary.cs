using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace WorkerFleet.Sqlite.Database;

/// <summary>Loads SQLite: the system's library where it is newer than the one that came with the package.</summary>
internal static class SqliteLibrary
{
    /// <summary>Version of the bundled library (3.35.5), as SQLite numbers them.</summary>
    private const int BundledVersion = 3_035_005;

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Such as <c>3.40.1</c>.</summary>
    public static string Version
    {
        get
        {
            Initialize();
            return raw.sqlite3_libversion().utf8_to_string();
        }
    }

    public static void Initialize() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return true;
    }

    /// <returns>Zero for: load what the package brought.</returns>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        // Distributions patch this library; the bundled build of 2021 is never patched. macOS and Windows keep their
        // own copies for the system's use, with changes of their own, so there the bundled one is the safer choice.
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libsqlite3.so.0", out var library))
            return 0;
        if (IsNewer(library))
            return library;
        NativeLibrary.Free(library);
        return 0;
    }

    private static bool IsNewer(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var version)
        && NativeLibrary.TryGetExport(library, "sqlite3_threadsafe", out var threadSafe)
        && Marshal.GetDelegateForFunctionPointer<NumberFunction>(version)() > BundledVersion
        && Marshal.GetDelegateForFunctionPointer<NumberFunction>(threadSafe)() != 0;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int NumberFunction();
}
