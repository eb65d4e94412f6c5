import { randomBytes } from "node:crypto";
import { recordId, safeParseAuditRecord } from "konnect-audit-logs/records";
import { auditRecord } from "konnect-audit-logs/testing";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { escapeText } from "../../output/escape.js";
import type { AnyTarget } from "../../targets/target.js";
import { Busy, Refused } from "../../targets/verdict.js";

/** Sends one record with a random mark, once, and prints the result. */
export async function testTarget(target: AnyTarget, to: string, { log }: Context): Promise<void> {
  const mark = `konnect-audit-test-${randomBytes(6).toString("hex")}`;
  const raw = auditRecord({ type: "access", user_agent: mark, at: Date.now(), seed: mark });
  const item = { id: recordId(raw), raw, event: safeParseAuditRecord(raw).event };
  log.info(`A record with the user agent ${mark} is sent to ${to}.`);
  const text = target.encode(item);
  try {
    const [verdict] = await target.send([{ item, text, size: text.length }]);
    if (typeof verdict === "object")
      throw new ExitError(1, `${to} refuses it: ${"poison" in verdict ? verdict.poison : verdict.rejected}`);
    if (verdict !== "taken") throw new ExitError(3, `${to} is busy: it asks to send the record again`);
    await target.close?.();
  } catch (error) {
    if (error instanceof Refused) throw new ExitError(1, `${to} refuses it: ${error.message}`);
    if (error instanceof Busy) throw new ExitError(3, `${to} did not take it: ${error.message}`);
    throw error;
  }
  process.stdout.write(`${escapeText(`✓ ${to} took it: search for ${mark}`)}\n`);
}
