using System.Text.RegularExpressions;

namespace WorkerFleet.Tests.Api.Dashboard;

/// <summary>What holds for the forms of a page, so that everybody can use them.</summary>
internal static partial class FormAssert
{
    /// <summary>Each has a button that the keyboard reaches, and each field that is seen has a label.</summary>
    public static void AreReachable(string html)
    {
        Assert.DoesNotContain("tabindex=\"1\"", html, StringComparison.Ordinal);
        foreach (Match form in Form().Matches(html))
        {
            Assert.Matches("<button(?![^>]*tabindex)", form.Value);
            var labelled = Label().Replace(form.Value, "");
            Assert.DoesNotMatch("<(select|textarea)|<input(?![^>]*type=\"hidden\")", labelled);
        }
    }

    /// <returns>What each form sends where to, in the order of the page: action and fields.</returns>
    public static IReadOnlyList<string> Sends(string html) =>
        [.. Form().Matches(html).Where(form => form.Value.Contains("data-api=", StringComparison.Ordinal))
            .Select(form => string.Join(' ', Hidden().Matches(form.Value)
                .Select(field => $"{field.Groups[1].Value}={field.Groups[2].Value}")
                .Prepend(Api().Match(form.Value).Groups[1].Value)))];

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<label.*?</label>", RegexOptions.Singleline)]
    private static partial Regex Label();

    [GeneratedRegex("data-api=\"([^\"]*)\"")]
    private static partial Regex Api();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
