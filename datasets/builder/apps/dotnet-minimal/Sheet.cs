namespace Timesheets;

public record Entry(string Who, DateOnly Day, double Hours);

public class Sheet
{
    private readonly List<Entry> entries = [];

    public IReadOnlyList<Entry> Entries => entries;

    public void Add(Entry entry) => entries.Add(entry);
}
