import { createHash } from "node:crypto";
import type { Random } from "../../src/testing/random.js";
import { LARGEST, numberOf, type Operations, randomLimbs } from "./operations.js";
import {
  addPoints,
  BASE,
  inverse,
  L,
  mod,
  multiply,
  NEUTRAL,
  P,
  type pointOfOrderEight,
  toBytes,
  toNumber,
} from "./reference.js";

type Point = ReturnType<typeof pointOfOrderEight>;

function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

/** Products of elements at the bounds that `mul` allows: three terms times two. In place, too. */
export function checkProducts(
  { wasm, place, writeLimbs, readLimbs }: Operations,
  random: Random,
  count: number,
) {
  const [f, g, h] = [place(0), place(1), place(2)];
  for (let n = 0; n < count; n++) {
    const first = [randomLimbs(random, 3), randomLimbs(random, 3)] as const;
    const second = [randomLimbs(random, 2), randomLimbs(random, 2)] as const;
    writeLimbs(f, ...first);
    writeLimbs(g, ...second);
    const into = random.pick([f, g, h]);
    wasm.mul(into, f, g);
    for (const lane of [0, 1] as const) {
      const limbs = readLimbs(into, lane);
      const what = `${first[lane]} times ${second[lane]}`;
      same(mod(numberOf(limbs)), mod(numberOf(first[lane]) * numberOf(second[lane])), what);
      for (const [i, limb] of limbs.entries())
        if (Math.abs(limb) > LARGEST[i % 2]!) throw new Error(`limb ${i} of ${what} is ${limb}`);
    }
  }
}

/** Sums, differences, inverses, and the encoding of both lanes. */
export function checkElements(operations: Operations, random: Random, count: number) {
  const { wasm, place, writeLimbs, readLimbs, bytes } = operations;
  const [f, g, h, text] = [place(0), place(1), place(2), place(3)];
  const edges = [0n, 1n, 18n, 19n, P - 1n, P, P + 1n, P + 18n, 2n ** 255n - 1n, 2n ** 254n];
  for (let n = 0; n < count; n++) {
    const limbs = [randomLimbs(random, 1), randomLimbs(random, 1)] as const;
    writeLimbs(f, ...limbs);
    writeLimbs(g, limbs[1], limbs[0]);
    wasm.add(h, f, g);
    same(numberOf(readLimbs(h, 0)), numberOf(limbs[0]) + numberOf(limbs[1]), "sum");
    wasm.sub(h, f, g);
    same(numberOf(readLimbs(h, 1)), numberOf(limbs[1]) - numberOf(limbs[0]), "difference");
    for (const lane of [0, 1] as const) {
      wasm.encodeElement(text, f, lane);
      same(toNumber(bytes(text, 32)), mod(numberOf(limbs[lane])), `the encoding of ${limbs[lane]}`);
      const number = edges[n] ?? BigInt(`0x${random.hex(64)}`) >> 1n;
      bytes(text, 32).set(toBytes(number));
      wasm.decodeElement(h, lane, text);
      same(numberOf(readLimbs(h, lane)), number, `the decoding of ${number}`);
    }
    if (n % 100 > 0) continue;
    wasm.invert(h, f);
    for (const lane of [0, 1] as const)
      same(mod(numberOf(readLimbs(h, lane))), inverse(numberOf(limbs[lane])), `1 / ${limbs[lane]}`);
  }
}

/** Hashes modulo L, and the digits of scalars. */
export function checkScalars({ wasm, place, bytes, memory }: Operations, random: Random, count: number) {
  const [wide, scalar, digits] = [place(0), place(1), place(2)];
  const most = 2n ** 512n - 1n;
  const edges = [
    0n,
    1n,
    L - 1n,
    L,
    L + 1n,
    most,
    (most / L) * L,
    (most / L) * L - 1n,
    2n ** 252n,
    2n ** 255n,
  ];
  for (let n = 0; n < count; n++) {
    const number =
      edges[n] ?? BigInt(`0x${random.hex(128)}`) >> BigInt(random.pick([0, 0, 0, 200, 259, 260]));
    bytes(wide, 64).set(toBytes(number, 64));
    wasm.reduce(scalar, wide);
    same(toNumber(bytes(scalar, 40)), number % L, `${number} mod L`);
    for (const [window, length] of [
      [10, 26],
      [11, 23],
    ] as const) {
      wasm.recode(digits, scalar, window, length);
      const read = [...new Int32Array(memory.buffer, digits, length)];
      const sum = read.reduceRight((rest, digit) => (rest << BigInt(window)) + BigInt(digit), 0n);
      same(sum, number % L, `the digits of ${number % L}`);
      for (const digit of read) if (Math.abs(digit) > 2 ** (window - 1)) throw new Error(`digit ${digit}`);
    }
  }
}

/** SHA-512 of two messages of unlike lengths at once. */
export function checkHashes({ wasm, place, bytes }: Operations, random: Random, count: number) {
  const [a, b, hashA, hashB] = [place(0), place(1), place(2), place(3)];
  for (let n = 0; n < count; n++) {
    const messages = [a, b].map((address) => {
      const length = n < 400 && address === a ? n : Math.floor(random.next() * 1_500);
      const message = Buffer.from(random.hex(2 * length), "hex");
      bytes(address, length).set(message);
      return message;
    });
    wasm.hash(hashA, a, messages[0]!.length, hashB, b, messages[1]!.length);
    for (const [i, address] of [hashA, hashB].entries()) {
      const expected = createHash("sha512").update(messages[i]!).digest("hex");
      same(
        Buffer.from(bytes(address, 64)).toString("hex"),
        expected,
        `the hash of ${messages[i]!.length} bytes`,
      );
    }
  }
}

/** A table's entries, and sums of them, for two tables at once: of B, and of the point that is given. */
export function checkPoints(operations: Operations, random: Random, point: Point, count: number) {
  const { wasm, place, bytes, readLimbs } = operations;
  const [window, digits] = [10, 3];
  const row = (2 ** (window - 1) + 1) * 120;
  const tables = [BASE, point].map((base, n) => {
    const table = place(8 + 200 * n);
    bytes(place(0), 64).set([...toBytes(base.x), ...toBytes(base.y)]);
    wasm.makeTable(table, window, digits, place(0), place(0) + 32);
    return {
      table,
      multiples: Array.from({ length: digits }, (_, i) => multiply(base, 2n ** BigInt(window * i))),
    };
  });
  const sum = place(1);
  let expected = [NEUTRAL, NEUTRAL];
  wasm.setNeutral(sum);
  for (let n = 0; n < count; n++) {
    const i = Math.floor(random.next() * digits);
    const chosen = tables.map(() =>
      random.pick([0, 1, -1, 2, 256, 511, -511, 512, Math.floor(random.next() * 1024) - 511]),
    );
    const addresses = tables.map(({ table }) => table + i * row);
    if (n % 16 === 5) {
      wasm.double(sum);
      expected = expected.map((p) => addPoints(p, p));
    }
    wasm.addEntry(sum, addresses[0]!, chosen[0]!, addresses[1]!, chosen[1]!);
    expected = expected.map((p, t) => {
      const multiple = multiply(tables[t]!.multiples[i]!, BigInt(Math.abs(chosen[t]!)));
      return addPoints(p, chosen[t]! < 0 ? { x: mod(-multiple.x), y: multiple.y } : multiple);
    });
    for (const lane of [0, 1] as const) {
      const [x, y, z, t] = [0, 80, 160, 240].map((at) => numberOf(readLimbs(sum + at, lane)));
      const { x: wantedX, y: wantedY } = expected[lane]!;
      same(mod(x! * inverse(z!)), wantedX, `x after ${chosen}`);
      same(mod(y! * inverse(z!)), wantedY, `y after ${chosen}`);
      same(mod(t! * z!), mod(x! * y!), `T Z after ${chosen}`);
    }
  }
}
