namespace WorkerFleet.Planning;

/// <summary>All prices.</summary>
public sealed class PriceList
{
    private readonly Dictionary<string, Price> _prices;

    private PriceList(Dictionary<string, Price> prices) => _prices = prices;

    public IReadOnlyCollection<Price> All => _prices.Values;

    public Price this[string name] => _prices[name];

    /// <summary>Every price that is needed, later ones in place of earlier ones.</summary>
    /// <returns>The list, or (then null) the names of those that are missing.</returns>
    public static (PriceList? List, IReadOnlyList<string> Missing) Create(IEnumerable<Price> prices)
    {
        var found = new Dictionary<string, Price>(StringComparer.Ordinal);
        foreach (var price in prices)
            found[price.Name] = price;
        var missing = PriceNames.All.Where(name => !found.ContainsKey(name)).ToList();
        return missing.Count == 0 ? (new(found), []) : (null, missing);
    }
}
