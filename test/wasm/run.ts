/**
 * Compares the engine with OpenSSL and its operations with BigInt, for a number of minutes. A disagreement prints the case and fails.
 *
 *   npm run test:engine -- [--minutes 1] [--seed 1]
 */
import { parseArgs } from "node:util";
import { isSafePoint } from "../../src/shared/ed25519.js";
import { packRecords } from "../../src/signature/packed-records.js";
import { Random } from "../../src/testing/random.js";
import { wasmEngine } from "../../src/wasm/index.js";
import { Adversary, accepts, type Case } from "./adversary.js";
import { checkElements, checkHashes, checkPoints, checkProducts, checkScalars } from "./check-operations.js";
import { loadOperations } from "./operations.js";
import { addPoints, BASE, multiply, pointOfOrderEight } from "./reference.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now()) },
  },
});
const end = performance.now() + 60_000 * Number(values.minutes);
const random = new Random(values.seed);
console.log(`seed ${values.seed}, Node ${process.version}`);

const operations = await loadOperations();
const most = Number(values.minutes) >= 1 ? 1_000_000 : 50_000;
checkProducts(operations, random, most);
checkElements(operations, random, most / 10);
checkScalars(operations, random, most / 10);
checkHashes(operations, random, most / 100);
for (const point of [multiply(BASE, 3n), pointOfOrderEight(), addPoints(BASE, pointOfOrderEight())])
  checkPoints(operations, random, point, most / 1_000);
console.log(
  `${2 * most} products and ${most / 5} elements, ${most / 10} scalars, ${most / 100} hashes and ${(3 * most) / 1_000} sums agree with BigInt`,
);

const engine = wasmEngine();
if (!engine.isActive) throw new Error(engine.reason);
const adversary = new Adversary(random);
const counts: Record<string, { accepted: number; refused: number }> = {};
/** Cases by key, so that many records go through the engine at once. */
function compare(cases: readonly Case[]): void {
  const keys = new Map<string, Case[]>();
  for (const each of cases) {
    const key = Buffer.from(each.key).toString("hex");
    keys.set(key, [...(keys.get(key) ?? []), each]);
  }
  for (const group of keys.values()) {
    const records = group.map(({ signature, message }) => ({
      signature,
      payload: message,
      isCps: false,
      unwrappedPayload: undefined,
    }));
    const matches = engine.match(packRecords(records), [group[0]!.key]);
    for (const [i, each] of group.entries()) {
      const expected = accepts(each);
      if ((matches[i] === 1) !== expected)
        throw new Error(
          `OpenSSL ${expected ? "accepts" : "refuses"} ${each.kind}: ${JSON.stringify(each, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value))}`,
        );
      counts[each.kind] ??= { accepted: 0, refused: 0 };
      counts[each.kind]![expected ? "accepted" : "refused"]++;
    }
  }
}
let compared = 0;
while (performance.now() < end) {
  const cases = Array.from({ length: 2_000 }, () => adversary.next()).filter(({ key }) => isSafePoint(key));
  compare(cases);
  compared += cases.length;
}
console.table(counts);
console.log(`${compared} signatures, no disagreement`);
