using System.CommandLine;

namespace WorkerFleet.Cli.Commands.Keys;

/// <summary><c>fleet keys</c>: who may use the API from elsewhere.</summary>
internal static class KeysCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new CliCommand("keys", "Make, list and revoke keys of the HTTP API.")
        {
            Examples = ["keys create --owner ada --scopes read,submit", "keys list", "keys revoke 3f9a1c77be20"],
        };
        command.Add(new CreateKeyCommand(cli).Create());
        command.Add(new ListKeysCommand(cli).Create());
        command.Add(new RevokeKeyCommand(cli).Create());
        return command;
    }
}
