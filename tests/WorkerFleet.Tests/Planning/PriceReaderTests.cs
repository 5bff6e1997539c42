using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

public sealed class PriceReaderTests
{
    public static TheoryData<string, string> BadFiles => new()
    {
        { "{\n  oops", "p.json:2: is not valid JSON at character 3" },
        { "[]", "p.json: has no object 'prices', such as {\"prices\":{\"sqs_million_requests\":{\"usd\":0.4,\"source\":\"our contract\",\"date\":\"2026-11-01\"}}}" },
        { Of("sqs_milion_requests", "1"), "p.json: prices.sqs_milion_requests: there is no such price; did you mean 'sqs_million_requests'? " },
        { Of("s3_gb_month", "-1"), "p.json: prices.s3_gb_month.usd: has to be a number of US dollars from 0 to 1,000,000" },
        { Of("s3_gb_month", "\"1\""), "p.json: prices.s3_gb_month.usd: has to be a number of US dollars from 0 to 1,000,000" },
        { Of("s3_gb_month", "1e999"), "p.json: prices.s3_gb_month.usd: has to be a number of US dollars from 0 to 1,000,000" },
        { Of("s3_gb_month", "1", date: "21.11.2026"), "p.json: prices.s3_gb_month.date: '21.11.2026' is not a date such as 2026-11-21" },
        { Of("s3_gb_month", "1", source: " "), "p.json: prices.s3_gb_month.source: is missing; it is a text that says where the price was read" },
        { Of("s3_gb_month", "1", more: ",\"verify\":\"yes\""), "p.json: prices.s3_gb_month.verify: has to be true or false" },
        { Of("s3_gb_month", "1", more: ",\"eur\":1"), "p.json: prices.s3_gb_month.eur: there is no such field; there are usd, source, date, verify" },
        { "{\"prices\":{\"s3_gb_month\":1}}", "p.json: prices.s3_gb_month: has to be an object with usd, source and date" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void Read_BadFile_SaysWhatAndWhere(string json, string problem)
    {
        var problems = new List<string>();

        Assert.Empty(PriceReader.Read(json, "p.json", problems));

        Assert.StartsWith(problem, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralMistakes_AllAreReported()
    {
        var problems = new List<string>();

        PriceReader.Read("{\"prices\":{\"s3_gb_month\":{},\"sqs\":{}}}", "p.json", problems);

        Assert.Equal(4, problems.Count);
    }

    [Fact]
    public void Shipped_File_HasEveryPriceWithSourceAndDate()
    {
        var problems = new List<string>();

        var (list, missing) = PriceList.Create(PriceReader.Read(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "prices.json")), "prices.json", problems));

        Assert.Empty(problems);
        Assert.Empty(missing);
        Assert.All(list!.All, price => Assert.True(price.Usd > 0));
        Assert.True(list[PriceNames.AgentCoreVcpuHour].Verify);
    }

    [Fact]
    public void List_LaterPrices_TakeThePlaceOfEarlierOnes()
    {
        var date = new DateOnly(2026, 11, 21);
        var all = PriceNames.All.Select(name => new Price(name, 1, "first", date, false));

        var (list, _) = PriceList.Create([.. all, new(PriceNames.S3GbMonth, 2, "second", date, false)]);
        var (none, missing) = PriceList.Create(all.Skip(1));

        Assert.Equal((2, 1), (list![PriceNames.S3GbMonth].Usd, list[PriceNames.S3ThousandGets].Usd));
        Assert.Null(none);
        Assert.Equal([PriceNames.All[0]], missing);
    }

    private static string Of(
        string name, string usd, string source = "a page", string date = "2026-11-21", string more = "") =>
        $"{{\"prices\":{{\"{name}\":{{\"usd\":{usd},\"source\":\"{source}\",\"date\":\"{date}\"{more}}}}}}}";
}
