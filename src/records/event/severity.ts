/**
 * The severity that Konnect gives to a record.
 *
 * @see https://developer.konghq.com/konnect-platform/audit-logs/
 */

const CREDENTIAL_FAILURES = new Set(["not_found", "invalid_password", "token_expired"]);

/** 0 for success, 1 for a wrong credential, 6 for a locked or disabled account, 7 for any other outcome. */
export function authenticationSeverity(outcome: string): number {
  if (outcome === "success") return 0;
  if (outcome === "locked" || outcome === "disabled") return 6;
  return CREDENTIAL_FAILURES.has(outcome) ? 1 : 7;
}

/** 1 for granted, 6 for denied. */
export function authorizationSeverity(isGranted: boolean): number {
  return isGranted ? 1 : 6;
}

/** 10 for HTTP 500, 6 for 401 and 403, 1 for the rest. */
export function accessSeverity(status: unknown): number {
  if (status === 500 || status === "500") return 10;
  return [401, 403, "401", "403"].includes(status as number) ? 6 : 1;
}
