using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>The ledger as simply as it can be said: a dictionary of items. What stores are compared with.</summary>
internal sealed class LedgerModel
{
    private readonly SortedDictionary<long, (ItemState State, int Round, int Attempts)> _items = [];

    private readonly Dictionary<int, AgentUsage> _usage = [];

    public AgentUsage Usage => _usage.Values.Aggregate(default(AgentUsage), (sum, slice) => sum + slice);

    public ItemCounts Counts => CountOf(_items.Keys);

    public ItemCounts CountsOf(int slice) => CountOf(_items.Keys.Where(index => index / Samples.SliceSize == slice));

    public AgentUsage UsageOf(int slice) => _usage.GetValueOrDefault(slice);

    public void AddSlice(int number)
    {
        for (var place = 0; place < Samples.SliceSize; place++)
            _items.TryAdd(((long)number * Samples.SliceSize) + place, (ItemState.Pending, 0, 0));
    }

    public SettleResult Settle(Settlement settlement)
    {
        if (!_items.TryGetValue(settlement.Index, out var item))
            return new SettleResult(SettleOutcome.NotFound, 0, 0);
        var outcome = SettleOutcome.Settled;
        if (settlement.Round < item.Round)
            outcome = SettleOutcome.Stale;
        else if (item.State != ItemState.Pending)
            outcome = SettleOutcome.AlreadySettled;
        else
        {
            _items[settlement.Index] = (settlement.State, settlement.Round, settlement.Attempts);
            _usage[settlement.Slice] = UsageOf(settlement.Slice) + settlement.Usage.Round;
        }

        return new SettleResult(outcome, (int)CountsOf(settlement.Slice).Pending, Samples.SliceSize);
    }

    public List<ReopenedItem> Reopen(int slice, IEnumerable<long> indexes, int round)
    {
        var reopened = new List<ReopenedItem>();
        foreach (var index in indexes.Where(index => index / Samples.SliceSize == slice && _items.ContainsKey(index)))
        {
            var item = _items[index];
            if (item.State is ItemState.Failed or ItemState.Cancelled && item.Round < round)
                _items[index] = item = (ItemState.Pending, round, item.Attempts);
            if (item.State == ItemState.Pending && item.Round == round && round > 0)
                reopened.Add(new ReopenedItem(index, item.Attempts));
        }

        return reopened;
    }

    private ItemCounts CountOf(IEnumerable<long> indexes)
    {
        var states = indexes.Select(index => _items[index].State).ToLookup(state => state);
        long Of(ItemState state) => states[state].Count();
        return new ItemCounts(
            Of(ItemState.Pending), Of(ItemState.Succeeded), Of(ItemState.Failed), Of(ItemState.Rejected),
            Of(ItemState.Cancelled));
    }
}
