using System.CommandLine;
using System.CommandLine.Help;
using WorkerFleet.Cli.Commands.DeadLetters;
using WorkerFleet.Cli.Commands.Keys;
using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Commands;

/// <summary>The root: every command of <c>fleet</c>.</summary>
internal static class FleetCommand
{
    public static RootCommand Create(CliContext cli)
    {
        var help = new CommandHelp(cli);
        var root = new RootCommand("Runs the rows of a file through AI agents, and ends with complete, " +
            "ordered, counted results.");
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = help;
        foreach (var option in CommonOptions.Create())
            root.Add(option);
        root.Add(new RunCommand(cli).Create());
        root.Add(new SubmitCommand(cli).Create());
        root.Add(new PlanCommand(cli).Create());
        root.Add(new FleetProcessCommand(cli, "up", FleetRoles.Orchestrator | FleetRoles.Worker).Create());
        root.Add(new FleetProcessCommand(cli, "orchestrator", FleetRoles.Orchestrator).Create());
        root.Add(new FleetProcessCommand(cli, "worker", FleetRoles.Worker).Create());
        root.Add(new ApiCommand(cli).Create());
        root.Add(KeysCommand.Create(cli));
        root.Add(new ResumeCommand(cli).Create());
        root.Add(new ListCommand(cli).Create());
        root.Add(new StatusCommand(cli).Create());
        root.Add(new WatchCommand(cli).Create());
        root.Add(new PauseCommand(cli).Create());
        root.Add(new CancelCommand(cli).Create());
        root.Add(new SetCommand(cli).Create());
        root.Add(new RetryCommand(cli).Create());
        root.Add(new ShowCommand(cli).Create());
        root.Add(new ResultsCommand(cli).Create());
        root.Add(DeadLettersCommand.Create(cli));
        root.Add(new WorkersCommand(cli).Create());
        root.Add(new AuditCommand(cli).Create());
        root.Add(new ProvisionCommand(cli).Create());
        root.Add(new DoctorCommand(cli).Create());
        root.Add(new HealthCommand(cli).Create());
        root.Add(new CleanCommand(cli).Create());
        root.Add(new AgentCommand(cli).Create());
        root.SetAction(_ =>
        {
            help.Write(root);
            return ExitCodes.BadInput;
        });
        return root;
    }
}
