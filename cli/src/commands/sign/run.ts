import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { auditRecords, createSigner } from "konnect-audit-logs/testing";
import type { Context } from "../../context.js";
import { escapeText } from "../../output/escape.js";
import { PieceWriter } from "../../output/pieces.js";

/** The options of `sign`. */
export interface SignOptions {
  count: number;
  rate?: number | undefined;
  seed?: string | undefined;
  format: "cef" | "json" | "cps";
  jwks?: string | undefined;
}

/** Prints signed records. */
export async function sign(options: SignOptions, { log, signal }: Context): Promise<void> {
  const { count, rate, seed, format, jwks } = options;
  const signer = createSigner(seed);
  if (jwks !== undefined) {
    await writeFile(jwks, `${JSON.stringify(signer.jwks, null, 2)}\n`);
    log.info(`✓ the public keys are in ${jwks}`);
  }
  const records = auditRecords(count, {
    signer,
    format,
    // Without a seed they are of now.
    ...(seed === undefined ? { seed: crypto.randomUUID(), at: Date.now() } : { seed }),
    ...(rate !== undefined && { stepMs: 1_000 / rate }),
  });
  const writer = new PieceWriter(process.stdout);
  const start = performance.now();
  let written = 0;
  for (const record of records) {
    signal.throwIfAborted();
    if (rate !== undefined) {
      const early = start + (written / rate) * 1_000 - performance.now();
      if (early > 1) await sleep(early, undefined, { signal });
    }
    await writer.write(`${process.stdout.isTTY ? escapeText(record) : record}\n`);
    written++;
  }
  await writer.flush();
}
