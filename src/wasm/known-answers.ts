import type { Match } from "../signature/engine.js";

/** RFC 8032, 7.1, test 3. */
const KEY = bytesOf("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
const R = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac";
const S = "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
/** S, R, room for the key, the payload of two bytes, and room for the padding. */
const MESSAGE = bytesOf(`${S}${R}${"00".repeat(32)}af82${"00".repeat(158)}`);
/** Which byte is changed: one of S, of R, of the payload; none; another of S. So both lanes say yes and no, and the last is alone. */
const CHANGED = [0, 32, 96, undefined, 3, undefined, undefined];
const ANSWERS = "0,0,0,1,0,1,1";

/** @throws Error if the instance does not give the known answers */
export function checkKnownAnswers(match: Match): void {
  const messages = CHANGED.map((place) => {
    const message = MESSAGE.slice();
    if (place !== undefined) message[place]! ^= 1;
    return message;
  });
  const bytes = Uint8Array.from(messages.flatMap((message) => [...message]));
  const rows = Uint32Array.from(messages.flatMap((_, i) => [i * MESSAGE.length, 2, 0, 0]));
  if (match({ bytes, rows }, [KEY]).join() !== ANSWERS) throw new Error("a known answer is wrong");
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
