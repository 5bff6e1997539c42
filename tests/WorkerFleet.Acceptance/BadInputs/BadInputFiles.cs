using System.Text;
using WorkerFleet.Acceptance.Processes;

namespace WorkerFleet.Acceptance.BadInputs;

/// <summary>One good source, and files with one thing wrong each.</summary>
internal static class BadInputFiles
{
    private static readonly Dictionary<string, string> Texts = new()
    {
        ["rows.csv"] = "street,city\n1 Main St,Rome\n",
        ["rows.data"] = "street,city\n1 Main St,Rome\n",
        ["rows.jsonl"] = "{\"city\":\"Rome\"}\n",
        ["empty.csv"] = "",
        ["blank.csv"] = "\n\n",
        ["header-only.csv"] = "street,city\n",
        ["twice.csv"] = "city,city\nRome,Oslo\n",
        ["nameless.csv"] = "city,\nRome,Italy\n",
        ["open-quote.csv"] = "\"street,city\n1 Main St,Rome\n",
        ["wide.csv"] = "street,city\n1 Main St,Rome\n2 Main St,Rome,Italy\n",
        ["old-mac.csv"] = "street,city\r1 Main St,Rome\r",
        ["not-json.json"] = "{\"a\": {{city}} }",
        ["template.json"] = "{\"a\":\"{{zip}}\"}",
        ["key.yaml"] = "source: rows.csv\nagents: echo\nmaping:\n  prompt: x\n",
        ["value.yaml"] = "source: rows.csv\nagents: echo\nmapping: { prompt: x }\nlimits:\n  concurrency: lots\n",
        ["syntax.yaml"] = "source: [rows.csv\n",
        ["no-source.yaml"] = "agents: echo\nmapping: { prompt: x }\n",
        ["list.yaml"] = "- source: rows.csv\n",
        ["gone.yaml"] = "source: not-there.csv\nagents: echo\nmapping: { prompt: x }\n",
        ["broken/appsettings.json"] = "{ \"Fleet\": ",
    };

    private static readonly Dictionary<string, byte[]> Binaries = new()
    {
        ["utf-16.csv"] = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("city\nRome\n")],
        ["sheet.csv"] = [.. "PK"u8, 3, 4, .. "a spreadsheet"u8],
        ["packed.csv"] = [0x1F, 0x8B, 8, 0, 1, 2, 3],
        ["latin-1.csv"] = [.. "city\nD"u8, 0xFC, .. "sseldorf\n"u8],
    };

    public static void WriteTo(Workspace folder)
    {
        foreach (var (name, text) in Texts)
            folder.Write(name, text);
        foreach (var (name, bytes) in Binaries)
            File.WriteAllBytes(folder[name], bytes);
        Directory.CreateDirectory(folder["folder.csv"]);
    }
}
