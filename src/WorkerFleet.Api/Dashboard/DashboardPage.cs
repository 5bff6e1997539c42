using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;

namespace WorkerFleet.Api.Dashboard;

/// <summary>
/// What pages have in common. A page reads what it shows in <see cref="LoadAsync"/>, from the services that the
/// routes use, and throws what they throw: nothing is sent before, so that it becomes the answer's status.
/// </summary>
public abstract class DashboardPage : ComponentBase
{
    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    /// <summary>Who looks at the page.</summary>
    protected ApiCaller Caller => ApiCaller.Of(Http.User);

    protected bool MaySubmit => Http.User.HasClaim(ApiCaller.ScopeClaim, Scopes.Submit);

    protected bool MayOperate => Http.User.HasClaim(ApiCaller.ScopeClaim, Scopes.Operate);

    protected CancellationToken Aborted => Http.RequestAborted;

    /// <summary>
    /// Components render at their first wait otherwise: a page would have to do without what it has not read.
    /// </summary>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        await LoadAsync();
        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>Reads what the page shows, before it is rendered.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    /// <summary>The values of the address, with the rules that the API has for them.</summary>
    private protected RequestQuery ReadQuery() => new(Http);
}
