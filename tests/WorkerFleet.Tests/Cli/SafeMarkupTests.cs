using Spectre.Console;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Tests.Cli;

public sealed class SafeMarkupTests
{
    [Theory]
    [InlineData("Fleet:Aws:Bucket: is missing")]
    [InlineData("[red] :key: 12:30:45 :no_such_emoji:")]
    [InlineData("nothing in it")]
    public void Escape_AnyText_IsShownAsItIs(string text)
    {
        using var written = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(written),
        });

        console.Markup($"[red]{SafeMarkup.Escape(text)}[/]");

        Assert.Equal(text, written.ToString());
    }
}
