import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanup } from "../../../test/support/cleanup.js";

/** The command as it is shipped. `npm test` builds it first. */
export const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** This machine's variables without those of Konnect, and these. */
export function environment(variables: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(KONNECT|SIEM|NATS)_|COLOR/.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...variables };
}

/** Where and how a command runs. */
export interface RunOptions {
  env?: Record<string, string>;
  input?: string | Uint8Array;
  cwd?: string;
}

/** Messages without the time that each begins with where standard error is not a terminal. */
function withoutTimes(text: string): string {
  return text.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /gm, "");
}

/** What a command that ended has printed, without the times of messages. */
export interface Ended {
  stdout: string;
  stderr: string;
  /** Both together, in the order in which they came. */
  output: string;
  status: number | null;
}

/** A command that runs. */
export interface Running {
  readonly state: { stdout: string; stderr: string; output: string };
  pid: number;
  /** Sends a signal, and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended>;
  closed: Promise<Ended>;
}

/** Starts `konnect-audit`. It is killed after the test. */
export function start(args: readonly string[], { env = {}, input, cwd }: RunOptions = {}): Running {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: environment(env) });
  const state = { stdout: "", stderr: "", output: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      const text = name === "stderr" ? withoutTimes(chunk) : chunk;
      state[name] += text;
      state.output += text;
    });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const closed = once(child, "close").then(([code, signal]) => {
    const status = signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : (code as number | null);
    return { ...state, status };
  });
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return closed;
  };
  cleanup(() => stop("SIGKILL"));
  return { state, pid: child.pid!, stop, closed };
}

/** Runs `konnect-audit` to its end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(args, options).closed;
}
