/**
 * Throws mutated records at everything that reads them, as long as it is told to, and checks what always has to hold. Keeps
 * the inputs that reach new code, and mutates these. A failure prints its input; `--text` runs it again.
 *
 *   npm run fuzz -- [--minutes 1] [--text JSON]
 */
import { parseArgs } from "node:util";
import {
  createVerifier,
  extractSignature,
  fromPulledRecord,
  KonnectError,
  parseAuditRecord,
  parseCef,
  RecordSyntaxError,
  readAuditRecords,
} from "../../src/index.js";
import { readRecord } from "../../src/records/event/read-record.js";
import { auditRecord } from "../../src/testing/index.js";
import { Random } from "../../src/testing/random.js";
import { Coverage } from "./coverage.js";
import { SEEDS, signer } from "./seeds.js";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "1" }, text: { type: "string" } },
});
const verifier = createVerifier({ keys: signer.jwks });
const PIECES = [
  ...[
    "CEF:0|",
    "CEF:",
    "|",
    "\\",
    "\\|",
    "=",
    " ",
    "  ",
    "\t",
    "\r\n",
    "\n",
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"sig":"',
    " sig=",
  ],
  ...[
    "granted=true ",
    " rt=1",
    " user_agent=",
    "__proto__=x ",
    '"__proto__":{}',
    '{"event":',
    "\u0000",
    "\uFEFF",
    "\uD800",
    "é",
    "🎉",
  ],
  ...[
    "12345678901234567890",
    "1e999",
    "-0",
    "null",
    "true",
    "\\u0022",
    " principal_name=a",
    " kong_initiated=true",
    "=".repeat(50),
  ],
];

function record(random: Random): string {
  return auditRecord({
    type: random.pick(["authentication", "authorization", "access"]),
    format: random.pick(["cef", "json", "cps"]),
    traceId: random.pick(["hex", "decimal"]),
    seed: random.next(),
    escapeClientText: random.next() < 0.5,
    signer,
  });
}

function mutate(random: Random, text: string, corpus: readonly string[]): string {
  let mutated = text;
  for (let i = 1 + Math.floor(random.next() * 5); i > 0; i--) {
    const at = Math.floor(random.next() * (mutated.length + 1));
    const length = Math.floor(random.next() ** 3 * 60);
    const other = random.pick(corpus);
    const from = Math.floor(random.next() * other.length);
    const piece = random.pick([
      random.pick(PIECES),
      mutated.slice(at, at + length),
      other.slice(from, from + length),
      random.pick(PIECES).repeat(Math.floor(random.next() * 20)),
      "",
    ]);
    mutated = mutated.slice(0, at) + piece + mutated.slice(at + (random.next() < 0.5 ? length : 0));
  }
  return mutated.slice(0, 20_000);
}

function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

/** The only errors that reading may throw. */
function guarded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof KonnectError) return undefined;
    throw error;
  }
}

async function round(text: string): Promise<void> {
  const started = performance.now();
  guarded(() => parseCef(text));
  guarded(() => parseCef(text, { strict: true }));
  const event = (() => {
    try {
      return parseAuditRecord(text);
    } catch (error) {
      check(error instanceof RecordSyntaxError, `parseAuditRecord threw ${error}`);
      check((error as RecordSyntaxError).line === text, "the error lost its line");
      return undefined;
    }
  })();
  if (event !== undefined) {
    check(event.raw === text, "raw is not the line");
    check(event.time === undefined || !Number.isNaN(event.time.getTime()), "time is an invalid Date");
    for (const [key, value] of Object.entries(event.extra))
      check(typeof value === "string", `extra ${key} is not text`);
    check(Object.getPrototypeOf(event) === Object.prototype, "the prototype was changed");
    if (event.format === "cef") check(!event.user_agent?.includes("\n"), "a line feed in user_agent");
    JSON.stringify(event);
  }
  const found = extractSignature(text);
  const asBytes = extractSignature(Buffer.from(text));
  if (Buffer.from(text).toString() === text)
    check(found?.signature === asBytes?.signature, "text and bytes differ");
  const { status } = await verifier.verify(text);
  // Only a record that was signed is valid: what was changed is at most white space behind its end.
  const bare = text.replace(/^\uFEFF/, "");
  if (status === "valid")
    check(signedBy(bare, extractSignature(bare)), `valid, and not signed: ${JSON.stringify(text)}`);
  const isDelivered = event !== undefined;
  check("problem" in readRecord(text) !== isDelivered, "readRecord and parseAuditRecord differ");
  if (isDelivered) check(status !== "unverifiable", "a delivered record is unverifiable");
  // Text that is not JSON is not a pulled record either.
  guarded(() => fromPulledRecord(asObject(text)));
  const lines: string[] = [];
  for await (const { text: raw } of readAuditRecords(Buffer.from(text), { maxLineBytes: 1e6 }))
    lines.push(raw);
  const kept = lines.join("\n").replace(/[\s\uFEFF]/g, "");
  check(
    kept ===
      Buffer.from(text)
        .toString()
        .replace(/[\s\uFEFF]/g, ""),
    "readAuditRecords lost something",
  );
  check(performance.now() - started < 2_000, "it took seconds");
}

function signedBy(text: string, found: ReturnType<typeof extractSignature>): boolean {
  if (found === undefined || text === "") return false;
  const payload = String(found.signedPayload);
  const inner = payload.slice(
    payload.indexOf("{", payload.indexOf("{") + 1),
    payload.lastIndexOf("}", payload.lastIndexOf("}") - 1) + 1,
  );
  // Ed25519 is deterministic: the signer makes the same signature again.
  return [payload, inner].some((one) => signer.signature(one) === found.signature);
}

function asObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : { text };
  } catch {
    return { text };
  }
}

async function run(text: string): Promise<void> {
  try {
    await round(text);
  } catch (error) {
    console.error(`npm run fuzz -- --text '${JSON.stringify(text)}'`, error);
    process.exit(1);
  }
}

if (values.text !== undefined) {
  await run(JSON.parse(values.text));
  console.log("nothing found");
} else {
  const random = new Random(`${Date.now()}`);
  const coverage = new Coverage(/\/src\/(records|signature|shared)/);
  const corpus: string[] = [];
  for (const seed of SEEDS) {
    await run(seed);
    corpus.push(seed);
    coverage.isNew();
  }
  const until = performance.now() + Number(values.minutes) * 60_000;
  let rounds = 0;
  do {
    // The newest are the least explored.
    const recent = corpus[corpus.length - 1 - Math.floor(random.next() ** 2 * Math.min(corpus.length, 200))]!;
    const from = random.pick([recent, random.pick(corpus), record(random)]);
    const text = mutate(random, from, corpus);
    await run(text);
    rounds++;
    if (coverage.isNew()) corpus.push(text);
  } while (performance.now() < until);
  console.log(
    `${rounds} rounds, ${corpus.length} inputs kept, ${coverage.ways} ways through the code, nothing found`,
  );
}
