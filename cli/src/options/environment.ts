import type { Command, Option } from "@commander-js/extra-typings";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { checkGiven, conflictOf } from "./conflicts.js";
import type { ListParser } from "./several.js";

const PREFIX = "KONNECT_AUDIT_";
/** Variables of the tests. */
const TESTS = "KONNECT_AUDIT_TEST_";
/** Options of one run. In a variable they would be forgotten, and meant for no other run. */
const ONE_OFF = new Set([
  ...["--help", "--version", "--limit", "--since", "--until", "--out", "--append", "--dry-run", "--replace"],
  ...["--test", "--accept", "--rejected", "--forget", "--resend"],
  ...["--type", "--principal", "--action", "--resource", "--denied", "--failed", "--src", "--trace"],
  ...["--signal", "--where"],
]);
const YES_OR_NO: Record<string, boolean> = {
  yes: true,
  true: true,
  1: true,
  no: false,
  false: false,
  0: false,
};

/** The variable of an option, such as `KONNECT_AUDIT_KEEP`. Undefined for an option of one run. */
export function variableOf({ long }: Pick<Option, "long">): string | undefined {
  if (!long || ONE_OFF.has(long)) return undefined;
  return PREFIX + long.slice(2).toUpperCase().replaceAll("-", "_");
}

/**
 * Gives a command the options that its variables have. The command line is stronger: a variable that conflicts with it is silent.
 *
 * @throws CommanderError for a value that is wrong, and for options or variables that contradict each other
 */
export function readEnvironment(command: Command, variables = process.env): void {
  checkGiven(command);
  const fromLine = new Set(command.options.map((option) => option.attributeName()).filter(isOnLine(command)));
  const found = new Map<string, { option: Option; value: unknown }>();
  for (const option of command.options) {
    const name = variableOf(option);
    const text = name === undefined ? undefined : variables[name];
    // An empty variable is one that is not set: that is how compose files leave it out.
    if (name === undefined || !text || fromLine.has(option.attributeName())) continue;
    const value = parse(command, option, name, text);
    if (value !== false) found.set(option.attributeName(), { option, value });
  }
  const values = {
    ...command.opts(),
    ...Object.fromEntries([...found].map(([key, { value }]) => [key, value])),
  };
  for (const key of found.keys())
    if ([...fromLine].some((other) => conflictOf(key, other, values))) found.delete(key);
  for (const [key, { option }] of found)
    for (const [other, { option: another }] of found)
      if (key < other && conflictOf(key, other, values))
        command.error(
          `error: the variables ${variableOf(option)} and ${variableOf(another)} contradict each other: set one of them`,
        );
  for (const [key, { value }] of found) command.setOptionValueWithSource(key, value, "env");
}

function isOnLine(command: Command): (attribute: string) => boolean {
  return (attribute) => command.getOptionValueSource(attribute) === "cli";
}

function parse(command: Command, option: Option, name: string, text: string): unknown {
  if (!option.required && !option.optional) {
    const isYes = YES_OR_NO[text.toLowerCase()];
    if (isYes !== undefined) return isYes;
    command.error(`error: variable ${name}: '${text}' is invalid. It must be yes or no.`);
  }
  const parser = option.parseArg as
    | ListParser<unknown>
    | ((text: string, before: unknown) => unknown)
    | undefined;
  if (parser === undefined) return text;
  try {
    if (!("isList" in parser)) return parser(text, undefined);
    return text
      .split(",")
      .reduce<unknown[] | undefined>((before, one) => parser(one.trim(), before), undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return command.error(`error: variable ${name}: '${text}' is invalid. ${error.message}`);
  }
}

/** Warns about variables that look like options, but that no command knows. */
export async function warnOfUnknown(
  commands: readonly Command[],
  warn: (text: string) => void,
  variables = process.env,
): Promise<void> {
  const given = Object.keys(variables).filter((name) => name.startsWith(PREFIX) && !name.startsWith(TESTS));
  if (given.length === 0) return;
  const known = new Set(commands.flatMap(({ options }) => options.map(variableOf)));
  for (const name of given) {
    if (known.has(name)) continue;
    const { nearest } = await import("./nearest.js");
    const close = nearest(
      name,
      [...known].filter((one) => one !== undefined),
    );
    warn(`no command knows the variable ${name}${close === undefined ? "" : `. Did you mean ${close}?`}`);
  }
}
