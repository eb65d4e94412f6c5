import { KonnectError } from "../errors.js";

/**
 * Formats a destination's `authorization`: the `Authorization` header that a SIEM expects.
 *
 * - Splunk HEC: `splunk(token)`, with the endpoint `/services/collector/raw` and the channel in its query
 * - most HTTP collectors, Elastic, Grafana: `bearer(token)` or `basic(user, password)`
 * - Dynatrace: `apiToken(token)`
 * - Sumo Logic and others that have the key in the URL do not need one, but Konnect does: `raw("none")`. Treat such an
 *   endpoint as a secret
 * - Datadog accepts its key only in the header `DD-API-KEY`, so Konnect cannot deliver to it: forward the records instead
 *
 * @throws {@link KonnectError} `invalid_input`; the message never contains a value
 * @example
 * ```ts
 * await konnect.createDestination({ name: "Splunk", endpoint, authorization: authorizationFor.splunk(token), log_format: "json" });
 * ```
 */
export const authorizationFor = {
  /** `Splunk <token>`: Splunk's HTTP Event Collector. */
  splunk: (token: string): string => `Splunk ${credential("token", token)}`,
  /** `Bearer <token>` (RFC 6750). */
  bearer: (token: string): string => `Bearer ${credential("token", token)}`,
  /** `Basic <user:password as UTF-8 in base64>` (RFC 7617). The user name must not contain a colon. */
  basic(user: string, password: string): string {
    const pair = `${text("user", user)}:${text("password", password)}`;
    if (user.includes(":"))
      throw new KonnectError("invalid_input", "authorizationFor.basic: user must not contain a colon");
    return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`;
  },
  /** `Api-Token <token>`: Dynatrace. */
  apiToken: (token: string): string => `Api-Token ${credential("token", token)}`,
  /** The value unchanged. */
  raw: (value: string): string => text("value", value),
};

function credential(name: string, value: string): string {
  if (/\s/.test(text(name, value)))
    throw new KonnectError("invalid_input", `authorizationFor: ${name} must not contain white space`);
  return value;
}

function text(name: string, value: string): string {
  if (typeof value !== "string" || value.trim() === "" || /\p{Cc}/u.test(value))
    throw new KonnectError(
      "invalid_input",
      `authorizationFor: ${name} must be text without control characters`,
    );
  return value;
}
