using Spectre.Console;

namespace WorkerFleet.Cli.Rendering;

internal static class Tables
{
    /// <summary>A table with borders on a terminal, and in plain columns elsewhere.</summary>
    public static Table Create(CliContext cli, params string[] columns)
    {
        var border = cli.Out.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None;
        var table = new Table { Border = border };
        foreach (var column in columns)
            table.AddColumn(new TableColumn($"[bold]{SafeMarkup.Escape(column)}[/]").NoWrap());
        return table;
    }
}
