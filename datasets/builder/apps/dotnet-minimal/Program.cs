using Timesheets;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Sheet>();
builder.Services.AddHealthChecks();
var app = builder.Build();

app.MapGet("/", (Sheet sheet) => sheet.Entries);
app.MapPost("/", (Sheet sheet, Entry entry) =>
{
    sheet.Add(entry);
    return Results.Created("/", entry);
});
app.MapHealthChecks("/healthz");

app.Run();
