/** SHA-512 (FIPS 180-4) of two messages at once, one in each 64-bit lane. */

const BLOCK: i32 = 128;

/** The first 64 bits of the fractional parts of the square roots of the first eight primes. */
const START = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
  0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
]);
/** The first 64 bits of the fractional parts of the cube roots of the first eighty primes. */
const K = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
  0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
  0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
  0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
  0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
  0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
  0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
  0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
  0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
  0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
  0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
  0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
  0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
]);

const STATE = memory.data(8 * 16);
/** The message schedule of a block: 80 words of each lane. */
const SCHEDULE = memory.data(96 * 16);

/** Both words rotated right. */
function rotr(x: v128, n: i32): v128 {
  return v128.or(i64x2.shr_u(x, n), i64x2.shl(x, 64 - n));
}

/** Both words with their bytes reversed: SHA-512 is big-endian. */
function bigEndian(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
}

/**
 * Appends the padding to a message: the bit 1, zeros, and the length in bits. Up to 144 bytes behind the message are written.
 * Returns the number of blocks.
 */
function pad(message: usize, length: i32): i32 {
  const blocks = (length + 16 + BLOCK) / BLOCK;
  const end = blocks * BLOCK;
  store<u8>(message + length, 0x80);
  memory.fill(message + length + 1, 0, end - length - 1);
  store<u64>(message + end - 8, bswap<u64>((<u64>length) << 3));
  return blocks;
}

/** Writes the hashes of two messages to `a` and `b`, 64 bytes each. Pads the messages where they are. */
export function hash(a: usize, messageA: usize, lengthA: i32, b: usize, messageB: usize, lengthB: i32): void {
  const blocksA = pad(messageA, lengthA);
  const blocksB = pad(messageB, lengthB);
  for (let i = 0; i < 8; i++) v128.store(STATE + 16 * i, v128.load64_splat(START + 8 * i));
  for (let block = 0; block < max(blocksA, blocksB); block++) {
    // A message that has ended keeps its state, whatever its lane computes.
    loadBlocks(messageA + BLOCK * min(block, blocksA - 1), messageB + BLOCK * min(block, blocksB - 1));
    compress(i64x2.gt_s(i64x2.replace_lane(i64x2.splat(blocksA), 1, blocksB), i64x2.splat(block)));
  }
  for (let i = 0; i < 8; i++) {
    const word = bigEndian(v128.load(STATE + 16 * i));
    v128.store64_lane(a + 8 * i, word, 0);
    v128.store64_lane(b + 8 * i, word, 1);
  }
}

/** Loads a block of each message into the first 16 words of the schedule. */
function loadBlocks(a: usize, b: usize): void {
  for (let t = 0; t < 16; t++) {
    const words = v128.load64_lane(b + 8 * t, v128.load64_zero(a + 8 * t), 1);
    v128.store(SCHEDULE + 16 * t, bigEndian(words));
  }
}

/** Computes the word at `at` from those before it. */
function extend(at: usize): void {
  const w2 = v128.load(at - 2 * 16);
  const w15 = v128.load(at - 15 * 16);
  const s0 = v128.xor(v128.xor(rotr(w15, 1), rotr(w15, 8)), i64x2.shr_u(w15, 7));
  const s1 = v128.xor(v128.xor(rotr(w2, 19), rotr(w2, 61)), i64x2.shr_u(w2, 6));
  const old = i64x2.add(v128.load(at - 16 * 16), v128.load(at - 7 * 16));
  v128.store(at, i64x2.add(old, i64x2.add(s0, s1)));
}

/**
 * Adds the loaded block to the state of the lanes in `mask`. Round t also computes word t + 16: the CPU does both at a time (155 ns a block of each
 * message, 220 in two loops). The sums are ordered such that S1, which takes longest, comes last.
 */
function compress(mask: v128): void {
  let a = v128.load(STATE);
  let b = v128.load(STATE, 16);
  let c = v128.load(STATE, 32);
  let d = v128.load(STATE, 48);
  let e = v128.load(STATE, 64);
  let f = v128.load(STATE, 80);
  let g = v128.load(STATE, 96);
  let h = v128.load(STATE, 112);
  for (let t = 0; t < 80; t++) {
    const word = i64x2.add(v128.load(SCHEDULE + 16 * t), v128.load64_splat(K + 8 * t));
    const S1 = v128.xor(v128.xor(rotr(e, 14), rotr(e, 18)), rotr(e, 41));
    const choice = v128.bitselect(f, g, e);
    const t0 = i64x2.add(i64x2.add(h, word), choice);
    const S0 = v128.xor(v128.xor(rotr(a, 28), rotr(a, 34)), rotr(a, 39));
    extend(SCHEDULE + 256 + 16 * t);
    const majority = v128.bitselect(b, a, v128.xor(a, c));
    h = g;
    g = f;
    f = e;
    e = i64x2.add(i64x2.add(d, t0), S1);
    d = c;
    c = b;
    b = a;
    a = i64x2.add(i64x2.add(t0, S1), i64x2.add(S0, majority));
  }
  addTo(0, a, mask);
  addTo(16, b, mask);
  addTo(32, c, mask);
  addTo(48, d, mask);
  addTo(64, e, mask);
  addTo(80, f, mask);
  addTo(96, g, mask);
  addTo(112, h, mask);
}

function addTo(word: usize, value: v128, mask: v128): void {
  v128.store(STATE + word, i64x2.add(v128.load(STATE + word), v128.and(value, mask)));
}
