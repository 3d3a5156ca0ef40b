using MeterReader;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddHostedService<Reader>();
builder.Build().Run();
