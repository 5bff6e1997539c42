// The contract of AgentCore, three ways. The input says which: {"mode":"sync","prompt":"…"}; "stream"; "background".
// Variables: PORT (8080), HOST (0.0.0.0), JOURNAL_TABLE (fleet-journal), and those of the AWS SDK.
using System.Text.Json;
using SampleAgent;

const string sessionHeader = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id";
const long maxBodyBytes = 100_000_000;

var port = Environment.GetEnvironmentVariable("PORT") ?? "8080";
var host = Environment.GetEnvironmentVariable("HOST") ?? "0.0.0.0";
var table = Environment.GetEnvironmentVariable("JOURNAL_TABLE") ?? "fleet-journal";

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls($"http://{host}:{port}");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = maxBodyBytes);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(provider => new Journal(table, provider.GetRequiredService<TimeProvider>()));
builder.Services.AddSingleton<BackgroundTasks>();
var app = builder.Build();

// HealthyBusy while there is a task, so that AgentCore does not take the session for idle.
app.MapGet("/ping", (BackgroundTasks tasks) => new
{
    status = tasks.IsBusy ? "HealthyBusy" : "Healthy", time_of_last_update = tasks.ChangedAt.ToUnixTimeSeconds(),
});
app.MapPost("/invocations", async (HttpContext context, BackgroundTasks tasks) =>
{
    if (context.Request.Headers[sessionHeader].ToString() is not { Length: > 0 } session)
        return Results.Json(new { error = $"{sessionHeader} is missing" }, statusCode: 400);
    AgentRequest? request;
    try
    {
        request = await context.Request.ReadFromJsonAsync<AgentRequest>(context.RequestAborted);
    }
    catch (JsonException exception)
    {
        return Results.Json(new { error = $"the body is not such JSON: {exception.Message}" }, statusCode: 400);
    }
    switch (request?.Mode)
    {
        case "sync":
            return Results.Json(await Work.AnswerAsync(request, context.RequestAborted));
        case "stream":
            return Results.ServerSentEvents(Work.StreamAsync(request, context.RequestAborted));
        case "background":
            tasks.Start(session, request);
            // Only that the task was taken on. What becomes of it is in the journal, some time later.
            return Results.Json(new { status = "started", sessionId = session });
        default:
            return Results.Json(new { error = "mode is one of sync, stream and background" }, statusCode: 400);
    }
});
app.Run();
