import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listen, serve } from "../../../test/support/loopback.js";
import { environment, main } from "../support/commands.js";

/** Who runs in a container that is not root. */
const NOBODY = 65_534;
/** Whether that user can read what it runs: the project may be in a folder of root's. */
export const canDropRights =
  spawnSync("setpriv", ["--reuid", `${NOBODY}`, "--clear-groups", process.execPath, "--check", main])
    .status === 0;

/** A folder that containers write to. */
export function makeVolume(): string {
  const volume = mkdtempSync(join(tmpdir(), "volume-"));
  if (canDropRights) chownSync(volume, NOBODY, NOBODY);
  return volume;
}

/**
 * A process in a container's conditions: a PID namespace in which it is PID 1, and a host name of its own. With a volume, also
 * without the rights of root, and nothing else can be written to.
 */
export class Pod {
  static #count = 0;
  readonly #child: ChildProcess;
  readonly exited: Promise<unknown>;
  /** Of the process in the pod, once it has ended. */
  status: number | null = null;
  output = "";

  constructor(args: readonly string[], env: Record<string, string>, volume?: string) {
    const host = `pod-${Pod.#count++}-${Math.random().toString(36).slice(2, 7)}`;
    const namespaces = ["--pid", "--fork", "--kill-child", "--mount-proc", "--uts"];
    const rights = canDropRights
      ? `setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups --pdeathsig KILL`
      : "";
    const isolate =
      volume === undefined
        ? `hostname ${host}; exec "$0" "$@"`
        : `hostname ${host}; mount --bind ${volume} ${volume}; mount -o remount,bind,ro /; cd ${volume}; exec ${rights} "$0" "$@"`;
    if (volume !== undefined) namespaces.push("--mount");
    const command = ["sh", "-c", isolate, process.execPath, main, ...args];
    this.#child = spawn("unshare", [...namespaces, ...command], { env: environment(env) });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream!.setEncoding("utf8").on("data", (chunk: string) => {
        this.output += chunk;
      });
    this.exited = once(this.#child, "close").then(([status]) => {
      this.status = status as number | null;
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal to the process in the pod, whose parent does not pass it on. */
  async signal(name: NodeJS.Signals): Promise<void> {
    spawnSync("pkill", [`-${name.slice(3)}`, "-P", String(this.#child.pid)]);
  }

  /** Ends it as a node that is lost. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  async stop(): Promise<void> {
    await this.signal("SIGTERM");
    await this.exited;
  }
}

/** Leads connections to the port of the pod that is in service, as a load balancer does. */
export async function startRouter() {
  const state = { port: 0 };
  const server = await listen(
    createServer((incoming) => {
      const outgoing = connect(state.port, "127.0.0.1");
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const)
        one
          .on("error", () => other.destroy())
          .on("close", () => other.destroy())
          .pipe(other);
    }),
  );
  return { ...server, state };
}

/** Runs the command to its end, outside any pod, as cron does. Killed after `killAfter` ms. */
export async function runOnce(
  args: readonly string[],
  env: Record<string, string>,
  killAfter?: number,
): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [main, ...args], { env: environment(env) });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  const [status] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  return { status, output };
}

/** A target that is down or refuses records for a while. `got` has a trace id for each record, each time it is taken. */
export async function startTarget(kind: "otlp" | "elastic") {
  const state = { got: [] as string[], isDown: false, refuses: (_: string) => false };
  const tracesIn = (text: string) => [...new Set(text.match(/(?<=trace_id\\*[="':\s]+)[\da-f]{32}/g) ?? [])];
  const server = await serve(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    if (state.isDown) return response.writeHead(503).end();
    if (kind === "otlp") {
      const traces = tracesIn(body);
      if (traces.some(state.refuses)) return response.writeHead(400).end("refused");
      state.got.push(...traces);
      return response.end("{}");
    }
    const documents = body.split("\n").filter((_, i) => i % 2 === 1);
    const items = documents.map((document) => {
      const [trace = ""] = tracesIn(document);
      if (state.refuses(trace)) return { create: { status: 400, error: { reason: "refused" } } };
      state.got.push(trace);
      return { create: { status: 201 } };
    });
    return response.end(JSON.stringify({ errors: false, items }));
  });
  return { ...server, state };
}

/** Compiles the machine that fails, into a folder. */
export function compileMachine(folder: string): string {
  const out = join(folder, "machine.so");
  const source = fileURLToPath(new URL("machine.c", import.meta.url));
  const { status, stderr } = spawnSync("cc", ["-O2", "-shared", "-fPIC", "-o", out, source, "-ldl"]);
  if (status !== 0) throw new Error(`machine.c cannot be compiled: ${stderr}`);
  return out;
}
