import { checkPipeline } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { createClient } from "../../konnect/client.js";
import type { KonnectOptions } from "../../options/konnect.js";
import { escapeText, safeJson } from "../../output/escape.js";

const MARKS = { ok: "✓", problem: "✗", note: "!", unknown: "?" };

/** Prints the state of the pipeline, and what to do. */
export async function doctor(
  options: KonnectOptions & { json?: true | undefined; portal?: string | undefined },
  context: Context,
): Promise<void> {
  const konnect = await createClient(options, {
    ...context,
    log: { ...context.log, warn: context.log.debug },
  });
  const report = await checkPipeline(konnect, { signal: context.signal, portalId: options.portal });
  if (options.json) process.stdout.write(`${safeJson(report, 2)}\n`);
  else
    for (const { name, state, found, todo } of report.checks) {
      process.stdout.write(`${MARKS[state]} ${name.padEnd(13)} ${escapeText(found)}\n`);
      if (todo !== undefined) process.stdout.write(`  ${" ".repeat(13)} → ${escapeText(todo)}\n`);
    }
  if (report.ok) return;
  const isProblem = report.checks.some(({ state }) => state === "problem");
  throw new ExitError(
    isProblem ? 1 : 3,
    isProblem ? "the pipeline is not healthy" : "some checks could not run",
  );
}
