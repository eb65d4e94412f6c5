import { rm } from "node:fs/promises";
import type { Modes } from "../../archive/files.js";
import { Lease } from "../../archive/lease.js";
import type { Context } from "../../context.js";
import type { DeadLetters } from "./dead-letters.js";
import type { Tally } from "./tally.js";

/** Whose dead letters are sent again, and how many at once. */
export interface ResendOptions {
  deadLetters: DeadLetters;
  /** The path of the lease. */
  lease: string;
  modes: Modes;
  size: number;
}

/** Sends the dead letters again. */
export async function resendLetters(
  { deadLetters, lease: path, modes, size }: ResendOptions,
  sendTo: Parameters<DeadLetters["resend"]>[1],
  tally: Tally,
  context: Context,
): Promise<void> {
  const lease = await Lease.take(path, context, modes);
  try {
    const { sent, refused } = await deadLetters.resend(size, sendTo);
    tally.sent = sent + refused;
    tally.refused = refused;
  } finally {
    await lease.release();
    await rm(`${deadLetters.path}.new`, { force: true });
  }
  tally.end(deadLetters.path);
}
