import type { Command, Option } from "@commander-js/extra-typings";
import { TARGETS_OF, type TargetName } from "./targets.js";

/** Options of which one excludes the others, by the names of their values. */
interface Conflict {
  option: string;
  others: readonly string[];
  /** Why, where it is not obvious. */
  why?: string;
  /** Whether these values contradict each other. Default: always. */
  if?: (values: Values) => boolean;
}
type Values = Record<string, unknown>;

const ARCHIVE = ["segmentBytes", "segmentAge", "compress", "keep", "keepSilent", "maxBytes"];
const STREAM = ["replicas", "maxAge", "duplicateWindow"];

const CONFLICTS: Conflict[] = [
  { option: "quiet", others: ["verbose"] },
  {
    option: "region",
    others: ["baseUrl"],
    // `--base-url eu=https://...` names the host of a region.
    if: ({ baseUrl }) => (baseUrl as { region?: string }[]).some(({ region }) => region === undefined),
  },
  {
    option: "denied",
    others: ["type"],
    why: "no record matches both; an authentication fails (--failed)",
    if: ({ type, failed }) => !failed && isOnly(type, "authentication"),
  },
  {
    option: "failed",
    others: ["type"],
    why: "no record matches both; an authorization is denied (--denied)",
    if: ({ type, denied }) => !denied && isOnly(type, "authorization"),
  },
  { option: "stdout", others: ["folder", "addRegion", "jetstream", "state", ...ARCHIVE, ...STREAM] },
  { option: "jetstream", others: ["folder", "addRegion", "follow", "resend", ...ARCHIVE] },
  { option: "folder", others: ["out", "append"] },
];

function isOnly(types: unknown, type: string): boolean {
  return (types as readonly string[]).every((one) => one === type);
}

/** Options that mean nothing without another one. */
const NEEDS: Record<string, readonly string[]> = {
  keepSilent: ["keep"],
  clientKey: ["clientCert"],
  clientCert: ["clientKey"],
  replicas: ["jetstream"],
  maxAge: ["jetstream"],
  health: ["follow", "jetstream"],
  drain: ["follow", "jetstream"],
  duplicateWindow: ["jetstream"],
};

/** What makes two options contradict each other. Undefined if they do not. */
export function conflictOf(a: string, b: string, values: Values): Conflict | undefined {
  return CONFLICTS.find(
    ({ option, others, if: applies = () => true }) =>
      ((option === a && others.includes(b)) || (option === b && others.includes(a))) && applies(values),
  );
}

/** Refuses options of the command line that contradict each other. */
export function checkGiven(command: Command): void {
  const values = command.opts();
  const given = command.options.filter((o) => command.getOptionValueSource(o.attributeName()) === "cli");
  for (const option of given) {
    const found = given.flatMap((other) => {
      const conflict = conflictOf(option.attributeName(), other.attributeName(), values);
      return conflict === undefined ? [] : [{ name: other.long, why: conflict.why }];
    });
    if (found.length === 0) continue;
    const why = found[0]!.why === undefined ? "" : `: ${found[0]!.why}`;
    command.error(
      `error: ${option.long} cannot be used with ${found.map(({ name }) => name).join(", ")}${why}`,
    );
  }
}

/** Refuses an option of the command line that is for another target. */
export function checkTarget(command: Command): void {
  const to = command.getOptionValue("to") as TargetName | undefined;
  if (to === undefined) return;
  for (const option of command.options) {
    const targets = TARGETS_OF[option.attributeName()];
    if (targets === undefined || targets.includes(to)) continue;
    if (command.getOptionValueSource(option.attributeName()) === "cli")
      command.error(`error: ${option.long} is for --to ${targets.join(", ")}, not ${to}`);
  }
}

/** Refuses an option of the command line whose effect needs another one. */
export function checkNeeds(command: Command): void {
  const isSet = (name: string) => !["default", undefined].includes(command.getOptionValueSource(name));
  for (const option of command.options) {
    const name = option.attributeName();
    const needs = needsOf(command, name);
    if (needs.length === 0 || command.getOptionValueSource(name) !== "cli" || needs.some(isSet)) continue;
    const names = needs.map((one) => optionOf(command, one)?.long).join(" or ");
    command.error(`error: ${option.long} needs ${names}`);
  }
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find((option) => option.attributeName() === name);
}

/** What an option needs. Nothing, in a command that does not have the first of them. */
function needsOf(command: Command, name: string): readonly string[] {
  const needs = Object.hasOwn(NEEDS, name) ? NEEDS[name]! : [];
  return needs[0] !== undefined && optionOf(command, needs[0])
    ? needs.filter((one) => optionOf(command, one))
    : [];
}
