using System.Text;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Hosting;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var stop = new StopSignals(stopAtOnce: () => Environment.Exit(ExitCodes.Interrupted));
stop.Listen();
return await FleetCli.RunAsync(args, SystemProcess.CreateContext(stop));
