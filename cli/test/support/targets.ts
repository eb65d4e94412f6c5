import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { safeParseAuditRecord } from "konnect-audit-logs/records";
import { cleanup, temporaryFolder } from "../../../test/support/cleanup.js";
import { serve } from "../../../test/support/loopback.js";
import { Http } from "../../src/targets/http.js";
import type { Item } from "../../src/targets/target.js";
import { start } from "./commands.js";
import { testContext } from "./context.js";

export interface Request {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  /** 0: the connection is cut. */
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A target on loopback that responds with `answer`, and keeps the requests. */
export async function startTarget(
  answer: (request: Request, attempt: number) => Answer | Promise<Answer>,
): Promise<{ url: string; seen: Request[] }> {
  const seen: Request[] = [];
  const { url, close } = await serve(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
    const request = { path: incoming.url ?? "", headers: incoming.headers, body };
    seen.push(request);
    const { status, body: text, headers } = await answer(request, seen.length);
    if (status === 0) incoming.socket.resetAndDestroy();
    else response.writeHead(status, headers).end(text === undefined ? undefined : JSON.stringify(text));
  });
  cleanup(close);
  return { url, seen };
}

/** What each target answers when it took everything. */
export function success(name: string, { body }: Request): Answer {
  if (name === "elastic") {
    const items = body
      .trim()
      .split("\n")
      .filter((_, i) => i % 2 === 0)
      .map(() => ({ create: { status: 201 } }));
    return { status: 200, body: { errors: false, items } };
  }
  const status = { datadog: 202, loki: 204 }[name] ?? 200;
  return { status, ...(name !== "loki" && { body: {} }) };
}

/** Sends without headers of its own. */
export const http = await Http.create();

/** Options without long waits, and what was refused and rejected. */
export function limits() {
  const refused: { id: string; reason: string; raw: string }[] = [];
  const rejected: string[] = [];
  const options = {
    minTimeout: 1,
    maxTimeout: 5,
    log: testContext().context.log,
    onRejected: (reason: string) => void rejected.push(reason),
    async onRefused({ id, raw }: Item, reason: string) {
      refused.push({ id, reason, raw });
    },
  };
  return { dead: () => refused, rejected, options };
}

export function itemsOf(lines: readonly string[]): Item[] {
  return lines.map((raw, i) => {
    const parsed = safeParseAuditRecord(raw);
    return { id: `id-${i}`, raw, event: parsed.success ? parsed.event : undefined };
  });
}

/** Splunk has it. */
export const taken = { status: 200, body: { text: "Success", code: 0 } };
/** The ids of the records in what Splunk was sent. */
export const idsIn = (bodies: readonly string[]) =>
  bodies.flatMap((body) => [...body.matchAll(/"record_id":"([\da-f]{64})"/g)].map(([, id]) => id!));

/** The command with a new folder, and Splunk as its target. */
export function setUp(url: string) {
  const folder = temporaryFolder();
  const args = ["forward", "--to", "splunk", "--url", `${url}/`, "--min-wait", "1ms", "--state", folder];
  const run = (...more: string[]) => start([...args, ...more], { env: { SIEM_CREDENTIAL: "t" } });
  /** Runs it until it ends. */
  const output = async (...more: string[]) => (await run(...more).closed).output;
  return { folder, run, output, file: join(folder, "audit.log") };
}
