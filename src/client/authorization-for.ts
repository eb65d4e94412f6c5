import { KonnectError } from "../errors.js";

/**
 * What SIEMs want in the `Authorization` header of a delivery, for a destination's `authorization`.
 *
 * - Splunk HEC: `splunk(token)`, with `/services/collector/raw` as endpoint (channel in its query)
 * - most HTTP collectors, Elastic, Grafana: `bearer(token)` or `basic(user, password)`
 * - Dynatrace: `apiToken(token)`
 * - Sumo Logic and others with the key in the URL need none, but Konnect wants one: `raw("none")`. Treat such an endpoint
 *   as a secret
 * - Datadog takes its key only in a header of its own (`DD-API-KEY`), so Konnect cannot deliver there: forward instead
 *
 * @throws {@link KonnectError} `invalid_input`; a value is never shown
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
  /** `Basic <user:password in base64 of UTF-8>` (RFC 7617): a user name without a colon. */
  basic(user: string, password: string): string {
    const pair = `${text("user", user)}:${text("password", password)}`;
    if (user.includes(":"))
      throw new KonnectError("invalid_input", "authorizationFor.basic: a colon in user");
    return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`;
  },
  /** `Api-Token <token>`: Dynatrace. */
  apiToken: (token: string): string => `Api-Token ${credential("token", token)}`,
  /** The value as it is. */
  raw: (value: string): string => text("value", value),
};

function credential(name: string, value: string): string {
  if (/\s/.test(text(name, value)))
    throw new KonnectError("invalid_input", `authorizationFor: white space in ${name}: is it a token?`);
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
