import { isKonnectError, type KonnectClient, teardown } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { connectAll } from "../../konnect/client.js";
import type { KonnectOptions } from "../../options/konnect.js";
import { escapeText } from "../../output/escape.js";
import { sayWaiting } from "../../output/waiting.js";

/** Deletes the webhooks of the regions that use this destination, and the destination. */
export async function stopDelivery(
  options: KonnectOptions & { name: string; portal?: string | undefined },
  context: Context,
): Promise<void> {
  const { name, portal } = options;
  const { signal } = context;
  const waiting = sayWaiting(context.log);
  // What Konnect refuses meanwhile is said by onProgress.
  const connections = await connectAll(options, {
    ...context,
    log: { ...context.log, warn: context.log.debug },
  });
  const isSeveral = connections.length > 1;
  if (isSeveral && portal !== undefined)
    throw new ExitError(2, "a Dev Portal belongs to one region: give one --region with --portal");
  // A destination is in use until the webhook of every region has left it.
  const released = new Set<string>();
  if (isSeveral)
    for (const { konnect, name: place } of connections)
      if (await releaseWebhook(konnect, name, signal)) released.add(place);
  const print = (text: string) => process.stdout.write(`${escapeText(text)}\n`);
  for (const { konnect, name: place } of connections) {
    const prefix = isSeveral ? `${place}: ` : "";
    const { destinationId, webhookDeleted, destinationDeleted } = await teardown(konnect, {
      name,
      portalId: portal,
      signal,
      onProgress({ step }) {
        if (step === "waiting") waiting("Konnect", "it says that the destination is in use", 2_000);
        else context.log.debug(`${place}: ${step}`);
      },
    });
    const isDeleted = webhookDeleted || released.has(place);
    if (destinationId === undefined && !isDeleted) {
      const names = (await konnect.listDestinations({}, { signal })).data.map((one) => one.name);
      const others = names.length > 0 ? ` (there are: ${names.join(", ")})` : "";
      print(`✓ ${prefix}destination ${name} does not exist: nothing to do${others}`);
      continue;
    }
    print(`✓ ${prefix}webhook: ${isDeleted ? "deleted" : "not this destination's, left alone"}`);
    if (destinationId !== undefined)
      print(
        `✓ ${prefix}destination ${name} (${destinationId}): ${destinationDeleted ? "deleted" : "gone already"}`,
      );
  }
}

/** Deletes the webhook of a region if it uses the destination of this name. */
async function releaseWebhook(konnect: KonnectClient, name: string, signal: AbortSignal): Promise<boolean> {
  const call = { signal };
  const ids: string[] = [];
  for await (const destination of konnect.listDestinations({}, call))
    if (destination.name === name) ids.push(destination.id);
  const gone = (error: unknown) => {
    if (isKonnectError(error) && error.code === "api" && error.status === 404) return undefined;
    throw error;
  };
  const webhook = await konnect.getWebhook(call).catch(gone);
  const id = webhook?.audit_log_destination_id;
  if (!id || !ids.includes(id)) return false;
  if (webhook?.enabled) await konnect.disableWebhook(call).catch(gone);
  await konnect.deleteWebhook(call).catch(gone);
  return true;
}
