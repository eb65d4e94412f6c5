import { Command, type OutputConfiguration } from "@commander-js/extra-typings";
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
import { checkNeeds, checkTarget } from "./options/conflicts.js";
import { readEnvironment, variableOf, warnOfUnknown } from "./options/environment.js";
import { EXAMPLES, GROUPS } from "./options/examples.js";

const STATUSES = `
Exit status:
  0    done
  1    found something wrong: a record that is not valid, a problem in the pipeline
  2    wrong usage or configuration
  3    could not be judged or completed
  130  stopped by Ctrl-C

Environment:
  KONNECT_TOKEN, KONNECT_REGION or KONNECT_CONTROL_PLANE_URL, SIEM_TOKEN, SIEM_CREDENTIAL, NO_COLOR
  KONNECT_AUDIT_* for each option: the help of each command names them`;

/** All commands. What a command does is loaded only when it runs. */
export function createProgram(contextOf: ContextOf, output: OutputConfiguration = {}): Command {
  const program = new Command("konnect-audit")
    .description("Audit logs of Kong Konnect: set up, receive, pull, verify, parse and forward them.")
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError("(konnect-audit help lists the commands)")
    .addHelpText("after", STATUSES)
    .helpCommand(false)
    .configureOutput({
      ...output,
      outputError: (text, write) => (output.outputError ?? plainly)(withHint(text), write),
    })
    .hook("preAction", async (_, command) => {
      const running = command as unknown as Command;
      readEnvironment(running);
      checkNeeds(running);
      checkTarget(running);
      await warnOfUnknown([...program.commands] as unknown as Command[], contextOf(running.opts()).log.warn);
    });
  const factories = [
    ...[demoCommand, setupCommand, doctorCommand, teardownCommand, listenCommand, pullCommand, tailCommand],
    ...[recoverCommand, verifyCommand, parseCommand, forwardCommand, signCommand, simulateCommand],
  ];
  const commands: Command[] = factories.map((create) => create(contextOf) as unknown as Command);
  for (const command of [...commands, completionCommand(program) as unknown as Command])
    program.addCommand(
      command
        .copyInheritedSettings(program)
        .helpGroup(groupOf(command.name()))
        .addHelpText("after", () => `${examplesText(command.name())}${variablesText(command)}`)
        .showHelpAfterError(`(konnect-audit help ${command.name()} lists the options)`),
    );
  // Commander's own prints the help of the program for a command that does not exist.
  program
    .command("help [command]")
    .helpGroup(groupOf("help"))
    .description("display help for command")
    .action((name) => {
      const found = program.commands.find((command) => command.name() === name);
      if (name !== undefined && found === undefined)
        program.error(`error: unknown command '${name}'`, { exitCode: 2 });
      (found ?? program).outputHelp();
    });
  return program;
}

/** The variables of a command, for the end of its help. */
function variablesText(command: Command): string {
  const names = command.options.map(variableOf).filter((name) => name !== undefined);
  const width = Math.min(process.stdout.columns || 80, 120) - 2;
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 2 <= width)
      lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(name);
  }
  return `\nVariables (options of the command line are stronger):\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function groupOf(name: string): string {
  return Object.keys(GROUPS).find((group) => GROUPS[group]!.includes(name)) ?? "Help:";
}

function examplesText(name: string): string {
  const examples = EXAMPLES[name];
  return examples === undefined ? "" : `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}\n`;
}

function plainly(text: string, write: (text: string) => void): void {
  write(text);
}

/** What newcomers mean by options and commands that do not exist. */
function withHint(text: string): string {
  if (/unknown option '--json'/.test(text))
    return text.replace(/\n?$/, "\n(for JSON: --output json or --output jsonl)\n");
  if (/unknown option '(?:--version|-V)'/.test(text))
    return text.replace(/\n?$/, "\n(it stands before the command: konnect-audit --version)\n");
  if (/unknown command 'version'/.test(text))
    return "error: the option is --version: konnect-audit --version\n";
  const [, given, list] = /argument '([^']*)' is invalid\. Allowed choices are ([^.]*)\./.exec(text) ?? [];
  const meant = list?.split(", ").find((choice) => choice.toLowerCase() === given!.toLowerCase());
  return meant === undefined ? text : text.replace(/\n?$/, `\n(Did you mean ${meant}?)\n`);
}
