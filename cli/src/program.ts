import { Command } from "@commander-js/extra-typings";
import { version } from "../package.json";
import { completionCommand } from "./commands/completion/command.js";
import { demoCommand } from "./commands/demo/command.js";
import { doctorCommand } from "./commands/doctor/command.js";
import { forwardCommand } from "./commands/forward/command.js";
import { listenCommand } from "./commands/listen/command.js";
import { parseCommand } from "./commands/parse/command.js";
import { pullCommand, tailCommand } from "./commands/pull/command.js";
import { recoverCommand } from "./commands/recover/command.js";
import { setupCommand } from "./commands/setup/command.js";
import { signCommand } from "./commands/sign/command.js";
import { simulateCommand } from "./commands/simulate/command.js";
import { teardownCommand } from "./commands/teardown/command.js";
import { verifyCommand } from "./commands/verify/command.js";
import type { ContextOf } from "./context.js";

const STATUSES = `
Exit status:
  0    done
  1    found something wrong: a record that is not valid, a problem in the pipeline
  2    wrong usage or configuration
  3    could not be judged or completed
  130  stopped by Ctrl-C

Environment:
  KONNECT_TOKEN, KONNECT_REGION or KONNECT_CONTROL_PLANE_URL, SIEM_TOKEN, NO_COLOR`;

/** All commands. What a command does is loaded only when it runs. */
export function createProgram(contextOf: ContextOf): Command {
  const program = new Command("konnect-audit")
    .description("Audit logs of Kong Konnect: set up, receive, pull, verify, parse and forward them.")
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError("(konnect-audit help COMMAND lists the options)")
    .addHelpText("after", STATUSES)
    .helpCommand(false);
  const factories = [
    ...[demoCommand, setupCommand, doctorCommand, teardownCommand, listenCommand, pullCommand, tailCommand],
    ...[recoverCommand, verifyCommand, parseCommand, forwardCommand, signCommand, simulateCommand],
  ];
  const commands: Command[] = factories.map((create) => create(contextOf) as unknown as Command);
  for (const command of [...commands, completionCommand(program) as unknown as Command])
    program.addCommand(command.copyInheritedSettings(program));
  // Commander's own prints the help of the program for a command that does not exist.
  program
    .command("help [command]")
    .description("display help for command")
    .action((name) => {
      const found = program.commands.find((command) => command.name() === name);
      if (name !== undefined && found === undefined)
        program.error(`error: unknown command '${name}'`, { exitCode: 2 });
      (found ?? program).outputHelp();
    });
  return program;
}
