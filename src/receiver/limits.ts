import { checkKnown } from "../shared/known-options.js";

/** Bounds of the body of a delivery. */
export interface DeliveryLimits {
  /** The most bytes of a body as sent. Default 16 MiB. */
  maxBodyBytes?: number | undefined;
  /** The most bytes of a decompressed body. Default 64 MiB. */
  maxInflatedBytes?: number | undefined;
  /** The most bytes of a line. Default 1 MiB. */
  maxLineBytes?: number | undefined;
  /** The most lines of a batch. Default 200,000. */
  maxRecords?: number | undefined;
}

const LIMITS = {
  maxBodyBytes: 16 * 2 ** 20,
  maxInflatedBytes: 64 * 2 ** 20,
  maxLineBytes: 2 ** 20,
  maxRecords: 200_000,
};

export const LIMIT_NAMES = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

type Refuse = (problem: string) => never;

/** Checks the limits, which may be missing, and fills in the defaults. */
export function resolveLimits(what: string, given: DeliveryLimits, refuse: Refuse): typeof LIMITS {
  checkKnown(`${what}: limits`, given, LIMIT_NAMES);
  const limits = { ...LIMITS };
  for (const name of LIMIT_NAMES) limits[name] = positive(name, given[name] ?? LIMITS[name], refuse);
  return limits;
}

/** A positive integer. */
export function positive(name: string, value: number, refuse: Refuse): number {
  return Number.isSafeInteger(value) && value > 0 ? value : refuse(`${name} must be a positive integer`);
}

/** Checks the `authorization` of a destination, or several of them. */
export function checkAuthorization(given: unknown, name: string, refuse: Refuse): void {
  const credentials = Array.isArray(given) ? given : [given];
  if (credentials.length === 0 || !credentials.every((one) => typeof one === "string" && one !== ""))
    refuse(`${name} must be the destination's authorization, or false to accept deliveries from anybody`);
  if (credentials.some((one) => /^\s|\s$|\p{Cc}/u.test(one)))
    refuse(
      `${name} must not begin or end with white space or contain control characters: no HTTP header can match it`,
    );
}
