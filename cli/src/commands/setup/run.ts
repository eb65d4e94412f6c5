import { ensureWebhook, isKonnectError } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { type Connection, connectAll } from "../../konnect/client.js";
import { siemToken } from "../../konnect/secrets.js";
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

/** Creates or updates the destination, enables the webhook of each region, and prints what changed. */
export async function setup(options: SetupOptions, context: Context): Promise<void> {
  const endpoint = endpointOf(options);
  if (options.name.trim() === "") throw new ExitError(2, "--name must not be empty");
  const authorization = await siemToken(options.siemTokenFile);
  const connections = await connectAll(options, context);
  if (connections.length > 1 && options.portal !== undefined)
    throw new ExitError(2, "a Dev Portal belongs to one region: give one --region with --portal");
  // One after the other: the destination that the first one makes belongs to the organization, so the others find it.
  for (const connection of connections) {
    const lines = await setupOne(connection, { ...options, endpoint, authorization }, context);
    const prefix = connections.length > 1 ? `${connection.name}: ` : "";
    for (const line of lines) process.stdout.write(`${escapeText(line.replace(/^(✓ )?/, `$1${prefix}`))}\n`);
  }
  if (options.dryRun) context.log.info("This was a dry run: nothing was changed.");
  else
    context.log.info("Records usually arrive within a minute. Check the pipeline with: konnect-audit doctor");
}

/** Returns what to print. */
async function setupOne(
  { konnect, name: place }: Connection,
  { endpoint, authorization, ...options }: SetupOptions & { endpoint: string; authorization: string },
  { log, signal }: Context,
): Promise<string[]> {
  const { name, format, replace = false, dryRun = false, portal } = options;
  const result = await ensureWebhook(dryRun ? withoutWrites(konnect) : konnect, {
    name,
    endpoint,
    authorization,
    log_format: format,
    replace,
    signal,
    portalId: portal,
    onProgress: ({ step, destinationId }) => log.debug(`${place}: ${step} ${destinationId}`),
  }).catch((error) => {
    if (isKonnectError(error) && error.code === "conflict" && /replace/.test(error.message))
      throw new ExitError(
        2,
        `${place}: ${error.message.replace(/: set replace: true.*$/, "")}: take it over with --replace`,
      );
    throw error;
  });
  const { destination, created, changed, webhookChanged, replaced } = result;
  const would = dryRun ? "would be " : "";
  const news = created
    ? `${would}created`
    : changed.length > 0
      ? `${would}changed: ${changed.join(", ")}`
      : "as it was";
  return [
    `✓ destination ${destination.name} (${destination.id}): ${news}`,
    `✓ webhook: ${webhookChanged ? `${would}enabled` : "was enabled already"}`,
    ...(replaced === undefined
      ? []
      : [`  it named ${replaced.audit_log_destination_id} before; to undo this, point it there again`]),
  ];
}

/** `--endpoint`, which Konnect stores and shows: it must not have a credential. */
function endpointOf({ endpoint: given }: SetupOptions): string {
  const endpoint = given ?? process.env.SIEM_ENDPOINT;
  const name = given === undefined ? "SIEM_ENDPOINT" : "--endpoint";
  if (!endpoint) throw new ExitError(2, "no collector: give --endpoint, or set SIEM_ENDPOINT");
  if (!URL.canParse(endpoint)) throw new ExitError(2, `${name} must be an https URL`);
  const { protocol, username, password, hostname } = new URL(endpoint);
  if (username || password)
    throw new ExitError(
      2,
      `a credential in ${name} is visible to others: leave it out, and use SIEM_TOKEN or --siem-token-file`,
    );
  if (protocol !== "https:" && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname))
    throw new ExitError(2, `${name} must be an https URL`);
  return endpoint;
}
