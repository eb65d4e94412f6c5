/**
 * Throws mutated records at everything that reads them, as long as it is told to, and checks what always has to hold. The
 * seed of a failure makes it again: `npm run fuzz -- --seed N --minutes 0`.
 */
import { parseArgs } from "node:util";
import {
  createVerifier,
  extractSignature,
  KonnectError,
  parseAuditRecord,
  parseCef,
  RecordSyntaxError,
  readAuditRecords,
} from "../../src/index.js";
import { auditRecord, createSigner, samples } from "../../src/testing/index.js";
import { Random } from "../../src/testing/random.js";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "1" }, seed: { type: "string", default: "0" } },
});
const signer = createSigner("fuzz");
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
  if (random.next() < 0.1) return random.pick(Object.values(samples));
  return auditRecord({
    type: random.pick(["authentication", "authorization", "access"]),
    format: random.pick(["cef", "json", "cps"]),
    traceId: random.pick(["hex", "decimal"]),
    seed: random.next(),
    signer,
  });
}

function mutate(random: Random, text: string): string {
  let mutated = text;
  for (let i = Math.floor(random.next() * 6); i > 0; i--) {
    const at = Math.floor(random.next() * (mutated.length + 1));
    const length = Math.floor(random.next() ** 3 * 60);
    const piece = random.pick([
      random.pick(PIECES),
      mutated.slice(at, at + length),
      record(random).slice(0, Math.floor(random.next() * 300)),
      random.pick(PIECES).repeat(Math.floor(random.next() * 20)),
      "",
    ]);
    mutated = mutated.slice(0, at) + piece + mutated.slice(at + (random.next() < 0.5 ? length : 0));
  }
  return mutated;
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

async function round(seed: string): Promise<void> {
  const random = new Random(seed);
  const original = record(random);
  const text = mutate(random, original);
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
    check(event.time === undefined || !Number.isNaN(event.time.getTime()), "time is no time");
    for (const [key, value] of Object.entries(event.extra))
      check(typeof value === "string", `extra ${key} is no text`);
    check(Object.getPrototypeOf(event) === Object.prototype, "the prototype was changed");
    JSON.stringify(event);
  }
  const found = extractSignature(text);
  const asBytes = extractSignature(Buffer.from(text));
  if (Buffer.from(text).toString() === text)
    check(found?.signature === asBytes?.signature, "text and bytes differ");
  const { status } = await verifier.verify(text);
  // Only a record that was signed is valid: what was changed is at most white space behind its end.
  if (status === "valid") check(signedBy(text, found), `valid, and not signed: ${JSON.stringify(text)}`);
  if (text === original && !Object.values<string>(samples).includes(text))
    check(status === "valid", "a good record is not valid");
  const lines: string[] = [];
  for await (const { raw } of readAuditRecords(Buffer.from(text), { maxLineBytes: 1e6 })) lines.push(raw);
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

const until = performance.now() + Number(values.minutes) * 60_000;
let rounds = 0;
do {
  const seed = values.seed === "0" ? `${Date.now()}-${rounds}` : values.seed;
  try {
    await round(seed);
  } catch (error) {
    console.error(`seed ${seed}`, error);
    process.exit(1);
  }
  rounds++;
} while (performance.now() < until);
console.log(`${rounds} rounds, nothing found`);
