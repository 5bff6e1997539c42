using System.Globalization;
using Microsoft.AspNetCore.Components;
using WorkerFleet.Agents;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Submission;

namespace WorkerFleet.Api.Dashboard.Pages;

/// <summary>Submits a batch: a file with its options, after a look at what they make of it.</summary>
public sealed partial class SubmitPage
{
    private const string TemplateExample = """{"question": "Where is {{city}}?"}""";

    private const string OutputHelp =
        "Folder or address below a configured root. Without one, results stay in the store and are downloaded.";

    /// <summary>Options that have a place of their own on the page, or are that of the caller's key.</summary>
    private static readonly string[] Shown = ["agent", "prompt", "template", "id-column", "name"];

    [Inject]
    private IBatchRequests Requests { get; set; } = null!;

    [Inject]
    private IAgentCatalog Agents { get; set; } = null!;

    [Inject]
    private ApiOptions Options { get; set; } = null!;

    private IReadOnlyList<RequestField> Fields { get; set; } = [];

    /// <summary>Why nothing can be submitted; null when it can.</summary>
    private string? Problem => Requests.ProblemOfSubmitting;

    private IEnumerable<IGrouping<string, RequestField>> More => Fields
        .Where(option => !Shown.Contains(option.Name) && IsOpen(option.Name)).GroupBy(option => option.Section);

    protected override Task LoadAsync()
    {
        Fields = [.. Requests.Describe().Select(option => option.Name == "output"
            ? option with { Value = Options.Roots is [var root, ..] ? root : "", Help = OutputHelp }
            : option)];
        return Task.CompletedTask;
    }

    /// <summary>A key's owner is that of its batches; results go nowhere where no root is configured.</summary>
    private bool IsOpen(string field) => field switch
    {
        "owner" => Caller.Owner is null,
        "output" => Options.Roots.Count > 0,
        _ => true,
    };

    private RequestField Named(string name) => Fields.First(field => field.Name == name);

    private static string TitleOf(string section) => section switch
    {
        "agents" => "Which agent a row goes to",
        "source" => "How the source is read",
        "mapping" => "What goes into the results",
        "limits" => "Limits",
        "retries" => "Retries",
        "failures" => "When failures end the batch",
        "output" => "Where results go",
        _ => "The batch",
    };

    private static string Size(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.#} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.#} MiB");
}
