/** Node's own, which is many times as fast. */
const hash = globalThis.process?.getBuiltinModule?.("node:crypto")?.hash;

/** The SHA-256 of text (as UTF-8) or bytes, in hex (FIPS 180-4). Synchronous, which WebCrypto is not. */
export function sha256(data: string | Uint8Array): string {
  if (hash !== undefined) return hash("sha256", data, "hex");
  return sha256Portable(typeof data === "string" ? new TextEncoder().encode(data) : data);
}

/** The first 32 bits of the fractional parts of the roots of the first primes: square roots, and cube roots. */
const INITIAL = new Uint32Array(8);
const CONSTANTS = new Uint32Array(64);
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let divisor = 2;
  while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
  if (divisor * divisor <= candidate) continue;
  if (found < 8) INITIAL[found] = (candidate ** (1 / 2) % 1) * 2 ** 32;
  CONSTANTS[found++] = (Math.cbrt(candidate) % 1) * 2 ** 32;
}

/** {@link sha256} where Node's is not available. */
export function sha256Portable(data: Uint8Array): string {
  const padded = new Uint8Array((data.length + 72) & ~63);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 2 ** 29));
  view.setUint32(padded.length - 4, data.length << 3);
  const state = INITIAL.slice();
  const words = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(block + 4 * i);
    compress(state, words);
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

function compress(state: Uint32Array, w: Uint32Array): void {
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15]!;
    const b = w[i - 2]!;
    const low = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const high = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[i] = w[i - 16]! + low + w[i - 7]! + high;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g);
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + CONSTANTS[i]! + w[i]!) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i]! += word;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
