import { teardown } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { createClient } from "../../konnect/client.js";
import type { KonnectOptions } from "../../options/konnect.js";
import { escapeText } from "../../output/escape.js";
import { sayWaiting } from "../../output/waiting.js";

/** Deletes the webhook, if it uses this destination, and the destination. */
export async function stopDelivery(
  options: KonnectOptions & { name: string; portal?: string | undefined },
  context: Context,
): Promise<void> {
  const { name, portal } = options;
  const waiting = sayWaiting(context.log);
  // What Konnect refuses meanwhile is said by onProgress.
  const konnect = await createClient(options, {
    ...context,
    log: { ...context.log, warn: context.log.debug },
  });
  const { destinationId, webhookDeleted, destinationDeleted } = await teardown(konnect, {
    name,
    portalId: portal,
    signal: context.signal,
    onProgress({ step }) {
      if (step === "waiting") waiting("Konnect", "it says that the destination is in use", 2_000);
      else context.log.debug(step);
    },
  });
  const print = (text: string) => process.stdout.write(`${escapeText(text)}\n`);
  if (destinationId === undefined) return void print(`✓ destination ${name} does not exist: nothing to do`);
  print(`✓ webhook: ${webhookDeleted ? "deleted" : "not this destination's, left alone"}`);
  print(`✓ destination ${name} (${destinationId}): ${destinationDeleted ? "deleted" : "gone already"}`);
}
