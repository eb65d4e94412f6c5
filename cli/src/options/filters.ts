import { isIP } from "node:net";
import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { SignalName } from "konnect-audit-logs/records";
import { SIGNALS } from "./choices.js";
import { several, text } from "./several.js";
import { type Moment, moment } from "./time.js";

const TYPES = ["authentication", "authorization", "access", "unknown"] as const;

/** Which records are wanted. Each option narrows; several values of one option widen. */
export interface FilterOptions {
  type?: EventType[] | undefined;
  principal?: string[] | undefined;
  action?: string[] | undefined;
  resource?: string[] | undefined;
  denied?: true | undefined;
  failed?: true | undefined;
  src?: string[] | undefined;
  trace?: string[] | undefined;
  signal?: SignalName[] | undefined;
  where?: [key: string, value: string][] | undefined;
}
export type EventType = (typeof TYPES)[number];

/** Adds the filters. */
export function withFilters<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command
    .option("--type <type>", `only ${TYPES.join(", ")}; may be repeated`, several(eventType))
    .option("--principal <id|name>", "only this principal; may be repeated", several(text))
    .option("--action <action>", "only this action or HTTP method; may be repeated", several(text))
    .option("--resource <name>", "only this resource; may be repeated", several(text))
    .option("--denied", "only denied authorizations, and requests answered with 401 or 403")
    .option("--failed", "only failed authentications, and requests answered with 400 or more")
    .option(
      "--src <address>",
      "only this IP address or network (10.0.0.0/8); may be repeated",
      several(network),
    )
    .option("--trace <id>", "only this trace_id; may be repeated", several(text))
    .addOption(
      new Option(
        "--signal <name>",
        `only with this signal: ${SIGNALS.join(", ")}; may be repeated`,
      ).argParser(several(oneOf(SIGNALS))),
    )
    .option(
      "--where <key=value>",
      "only where this field has this value; may be repeated",
      several(keyValue),
    );
}

/** Adds `--since` and `--until`. */
export function withTimes<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command
    .option(
      "--since <time>",
      "from this time: RFC 3339, a date, or an age such as 90s, 15m, 2h, 7d, 4w",
      moment,
    )
    .option("--until <time>", "up to this time, in the same forms", moment);
}

/** The times of a command. */
export interface TimeOptions {
  since?: Moment | undefined;
  until?: Moment | undefined;
}

function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`must be one of ${choices.join(", ")}.`);
    return found;
  };
}

/** Konnect's API calls access records `gateway_access`. */
function eventType(text: string): EventType {
  return text === "gateway_access" ? "access" : oneOf(TYPES)(text);
}

function network(text: string): string {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  const isPrefix =
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32));
  if (version !== 0 && isPrefix && rest.length === 0) return text;
  throw new InvalidArgumentError("must be an IP address or a network, such as 10.0.0.7 or 10.0.0.0/8.");
}

function keyValue(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("must be key=value, such as org_id=1234.");
  return [text.slice(0, at), text.slice(at + 1)];
}
