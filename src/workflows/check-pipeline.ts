import type { Destination, PortalWebhook, WebhookStatus } from "../client/api/responses.js";
import type { KonnectClient } from "../client/client.js";
import { KonnectError } from "../errors.js";
import { parseTime } from "../shared/time.js";
import { callOptions, checkJob, hasStatus, type JobOptions, textOf } from "./common.js";

/** The result of one check. */
export interface PipelineCheck {
  name: "token" | "webhook" | "destination" | "delivery" | "signing_keys" | "pull";
  /** `note`: worth knowing, but not a problem; `unknown`: the check could not run. */
  state: "ok" | "problem" | "note" | "unknown";
  /** What was found, in one sentence. */
  found: string;
  /** What to do, in one sentence. Absent if there is nothing to do. */
  todo?: string | undefined;
}

/** The result of `checkPipeline`. */
export interface PipelineReport {
  /** True if every check ran and found no problem. */
  ok: boolean;
  checks: PipelineCheck[];
  /** The webhook's status from Konnect, with URLs shortened to their host. */
  status?: WebhookStatus | undefined;
}

type Verdict = Omit<PipelineCheck, "name">;

/**
 * Checks the whole pipeline: the token, the webhook and its destination, the delivery status, the signing keys, and whether
 * records can be pulled. Changes nothing. It returns problems instead of throwing them. The result never contains the path of
 * an endpoint, which may contain a key.
 *
 * @throws KonnectError `aborted` only
 * @example
 * ```ts
 * const { ok, checks } = await checkPipeline(konnect);
 * for (const { name, state, found, todo } of checks) console.log(state, name, found, todo ?? "");
 * ```
 */
export async function checkPipeline(
  konnect: Pick<
    KonnectClient,
    "getWebhook" | "getWebhookStatus" | "getDestination" | "getSigningKeys" | "listAuditLogs" | "portal"
  > &
    Partial<Pick<KonnectClient, "now">>,
  options: JobOptions = {},
): Promise<PipelineReport> {
  checkJob("checkPipeline", konnect, "getWebhookStatus", options, ["signal", "portalId"]);
  const call = callOptions(options);
  const webhookCalls = options.portalId === undefined ? konnect : konnect.portal(options.portalId);
  const checks: PipelineCheck[] = [];
  /** The outcomes of the calls with the token: an error, or undefined. */
  const outcomes: (KonnectError | undefined)[] = [];
  const look = async <T>(
    name: PipelineCheck["name"],
    ask: () => PromiseLike<T>,
    judge: (answer: T) => Verdict,
    judgeError: (error: KonnectError) => Verdict = failed,
  ): Promise<T | undefined> => {
    try {
      const answer = await ask();
      if (name !== "signing_keys") outcomes.push(undefined);
      checks.push({ name, ...judge(answer) });
      return answer;
    } catch (error) {
      if (!(error instanceof KonnectError) || error.code === "aborted") throw error;
      if (name !== "signing_keys") outcomes.push(error);
      checks.push({ name, ...judgeError(error) });
      return undefined;
    }
  };

  const webhook = await look(
    "webhook",
    () => webhookCalls.getWebhook(call),
    judgeWebhook,
    (error) => (hasStatus(error, 404) ? NOT_CONFIGURED : failed(error)),
  );
  const id = webhook?.audit_log_destination_id || undefined;
  let endpoint: string | undefined;
  if (id !== undefined) {
    const judge = (destination: Destination) => {
      endpoint = destination.endpoint;
      return judgeDestination(destination);
    };
    await look(
      "destination",
      () => konnect.getDestination(id, call),
      judge,
      (error) =>
        hasStatus(error, 404)
          ? problem(
              `destination ${id} no longer exists.`,
              "Point the webhook at another one with ensureWebhook.",
            )
          : failed(error),
    );
  }
  const status = await look(
    "delivery",
    () => webhookCalls.getWebhookStatus(call),
    (answer) => judgeDelivery(withoutPaths(answer, endpoint), konnect.now?.() ?? Date.now()),
  );
  await look(
    "signing_keys",
    () => konnect.getSigningKeys(call),
    ({ keys }) => {
      const usable = keys.filter(({ kty, crv }) => kty === "OKP" && crv === "Ed25519").length;
      return usable > 0
        ? ok(`Konnect publishes ${usable} Ed25519 key${usable === 1 ? "" : "s"}.`)
        : problem(
            "Konnect does not publish an Ed25519 key.",
            "Ask Kong's support: signatures cannot be verified.",
          );
    },
  );
  await look(
    "pull",
    () => konnect.listAuditLogs({ "page[size]": 1 }, call),
    () => ok("Records can be pulled."),
    (error) =>
      hasStatus(error, 403) || hasStatus(error, 404)
        ? {
            state: "note",
            found:
              "Records cannot be pulled: pulling is not enabled for this organization, or a role is missing.",
            todo: "If you need it, ask Kong's support, and give the token's owner the role \"Audit Logs / Admin\".",
          }
        : failed(error),
  );
  checks.unshift({ name: "token", ...judgeToken(outcomes) });
  const report: PipelineReport = {
    ok: checks.every(({ state }) => state === "ok" || state === "note"),
    checks,
  };
  if (status !== undefined) report.status = withoutPaths(status, endpoint);
  return report;
}

const NOT_CONFIGURED: Verdict = problem("The webhook is not configured.", "Set it up with ensureWebhook.");

/** Konnect accepts the token if it answers 2xx, 403 or 404. */
function judgeToken(outcomes: readonly (KonnectError | undefined)[]): Verdict {
  const refused = outcomes.find((error) => hasStatus(error, 401));
  if (refused !== undefined) return failed(refused);
  if (outcomes.some((error) => error === undefined || hasStatus(error, 403) || hasStatus(error, 404)))
    return ok("Konnect accepts the token.");
  const why = outcomes[0]?.message ?? "no request was sent";
  return { state: "unknown", found: `Konnect could not be reached (${why}).`, todo: "Try again later." };
}

function judgeWebhook(webhook: PortalWebhook): Verdict {
  if (!webhook.audit_log_destination_id) return NOT_CONFIGURED;
  if (webhook.enabled === true) return ok("The webhook is enabled.");
  return problem(
    "The webhook is disabled.",
    "Enable it with ensureWebhook, then recover the gap with a replay.",
  );
}

function judgeDestination(destination: Destination): Verdict {
  const { name, endpoint, log_format, skip_ssl_verification } = destination;
  const found = `${textOf(name) ?? "It"} receives ${textOf(log_format) ?? "cef"} at ${hostOf(endpoint)}`;
  if (skip_ssl_verification !== true) return ok(`${found}.`);
  const todo = "Give the endpoint a valid certificate, and set skip_ssl_verification to false.";
  return { state: "note", found: `${found}, whose certificate is not verified.`, todo };
}

function judgeDelivery(status: WebhookStatus, now: number): Verdict {
  const { webhook_enabled, webhook_status } = status;
  const code = typeof status.last_response_code === "number" ? status.last_response_code : undefined;
  const at = textOf(status.last_attempt_at);
  const answered = `${code ?? "without a status"} ${textOf(status.last_response_message) ?? ""}`.trimEnd();
  const last =
    at === undefined
      ? "nothing was sent yet"
      : `the last attempt was at ${at}${ageOf(at, now)}, answered ${answered}`;
  if (webhook_status === "inactive")
    return problem(
      `Records are not arriving: ${last}.`,
      `${adviceFor(code)} Then recover the gap with a replay.`,
    );
  if (webhook_enabled !== true) return problem(`Delivery is off: ${last}.`, "Enable the webhook.");
  return ok(`Delivery is ${textOf(webhook_status) ?? "on"}: ${last}.`);
}

/** How long ago a time was. Empty for one that cannot be read or has not come. */
function ageOf(at: string, now: number): string {
  const minutes = Math.floor((now - parseTime(at)) / 60_000);
  if (!(minutes >= 0)) return "";
  if (minutes < 2) return " (just now)";
  if (minutes < 120) return ` (${minutes} minutes ago)`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? ` (${hours} hours ago)` : ` (${Math.floor(hours / 24)} days ago)`;
}

function adviceFor(code: number | undefined): string {
  if (code === 401 || code === 403)
    return "Set the destination's authorization to the one that the endpoint accepts.";
  if (code === 404 || code === 405) return "Correct the endpoint of the destination.";
  if (code === 413) return "Let the endpoint accept larger bodies.";
  if (code === 415) return "Let the endpoint accept gzip with the Content-Encoding application/gzip.";
  if (code === undefined)
    return "Check that the endpoint is reachable from the internet and has a valid certificate.";
  return "Fix the endpoint.";
}

function failed(error: KonnectError): Verdict {
  if (hasStatus(error, 401))
    return problem("Konnect refuses the token (401).", "Create a new access token, and set KONNECT_TOKEN.");
  if (hasStatus(error, 403)) {
    const todo = 'Give the token\'s owner the role "Audit Logs / Admin" ("Audit Log Admin" for a portal).';
    return problem("Konnect answers 403: a role is missing.", todo);
  }
  return { state: "unknown", found: error.message, todo: "Try again, and check that Konnect is reachable." };
}

/** Removes the paths of URLs from the message of an endpoint, which may repeat its own URL. */
function withoutPaths(status: WebhookStatus, endpoint: string | undefined): WebhookStatus {
  const { last_response_message: message } = status;
  if (typeof message !== "string") return status;
  const url = typeof endpoint === "string" && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  let safe = message.replace(/https?:\/\/[^\s"'<>]+/gi, (text) => hostOf(text));
  for (const part of url === undefined ? [] : [url.pathname + url.search, url.pathname, url.search.slice(1)])
    if (part.length > 1) safe = safe.replaceAll(part, "[path]");
  return { ...status, last_response_message: safe };
}

function hostOf(endpoint: unknown): string {
  return typeof endpoint === "string" && URL.canParse(endpoint) ? new URL(endpoint).host : "an invalid URL";
}

function ok(found: string): Verdict {
  return { state: "ok", found };
}

function problem(found: string, todo: string): Verdict {
  return { state: "problem", found, todo };
}
