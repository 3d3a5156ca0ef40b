namespace MeterReader;

public class Reader(ILogger<Reader> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            logger.LogInformation("meter at {Value}", Random.Shared.Next(100, 200));
            await Task.Delay(TimeSpan.FromMinutes(1), stop);
        }
    }
}
