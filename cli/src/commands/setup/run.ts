import { ensureWebhook } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { createClient } from "../../konnect/client.js";
import { siemToken, variable } from "../../konnect/secrets.js";
import type { KonnectOptions } from "../../options/konnect.js";
import { escapeText } from "../../output/escape.js";
import { withoutWrites } from "./dry-run.js";

/** The options of `setup`. */
export interface SetupOptions extends KonnectOptions {
  name: string;
  endpoint?: string | undefined;
  siemTokenFile?: string | undefined;
  format: "cef" | "json" | "cps";
  replace?: true | undefined;
  dryRun?: true | undefined;
  portal?: string | undefined;
}

/** Creates or updates the destination, enables the webhook, and prints what changed. */
export async function setup(options: SetupOptions, context: Context): Promise<void> {
  const { name, format, replace = false, dryRun = false, portal } = options;
  const endpoint = options.endpoint ?? variable("SIEM_ENDPOINT");
  const authorization = await siemToken(options.siemTokenFile);
  const client = await createClient(options, context);
  const { destination, created, changed, webhookChanged, replaced } = await ensureWebhook(
    dryRun ? withoutWrites(client) : client,
    {
      name,
      endpoint,
      authorization,
      log_format: format,
      replace,
      signal: context.signal,
      portalId: portal,
      onProgress: ({ step, destinationId }) => context.log.debug(`${step} ${destinationId}`),
    },
  );
  const print = (text: string) => process.stdout.write(`${escapeText(text)}\n`);
  const would = dryRun ? "would be " : "";
  const news = created
    ? `${would}created`
    : changed.length > 0
      ? `${would}changed: ${changed.join(", ")}`
      : "as it was";
  print(`✓ destination ${destination.name} (${destination.id}): ${news}`);
  print(`✓ webhook: ${webhookChanged ? `${would}enabled` : "was enabled already"}`);
  if (replaced !== undefined)
    print(`  it named ${replaced.audit_log_destination_id} before; to undo this, point it there again`);
  if (dryRun) context.log.info("This was a dry run: nothing was changed.");
  else
    context.log.info("Records usually arrive within a minute. Check the pipeline with: konnect-audit doctor");
}
