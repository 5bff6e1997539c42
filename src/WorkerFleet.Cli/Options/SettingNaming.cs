namespace WorkerFleet.Cli.Options;

/// <summary>How messages call settings, and what else differs by where they are written.</summary>
internal class SettingNaming
{
    /// <summary>As options of a command line.</summary>
    public static SettingNaming CommandLine { get; } = new();

    /// <summary>Whether a template is named by its file; otherwise it is the JSON text itself.</summary>
    public virtual bool TemplateIsFile => true;

    public virtual string NoAgent =>
        "No agent is chosen; name one with --agent (echo is built in), or give an address with --agent-url";

    public virtual string Of(RunSetting setting) => setting.Option;
}

/// <summary>As fields of a request.</summary>
internal sealed class ApiNaming : SettingNaming
{
    public static ApiNaming Instance { get; } = new();

    public override bool TemplateIsFile => false;

    public override string NoAgent =>
        "agent: no agent is chosen; name one (echo is built in), or choose by agent-column or agent-rule";

    public override string Of(RunSetting setting) => setting.Name;
}
