import { KonnectError } from "../errors.js";
import { FIELD_NAMES } from "../records/event/fields.js";
import { checkKnown } from "../shared/known-options.js";

/** The options of `auditRecord` besides Konnect's fields. */
const OPTIONS = [
  ...["type", "format", "product", "at", "time", "seed", "traceId", "signer", "escapeClientText"],
  ...["event_class_id", "name", "severity", "resource", "outcome", "authentication_type", "extra"],
];

/** The values that an option may have. */
const VALUES: Record<string, readonly string[]> = {
  type: ["authentication", "authorization", "access"],
  format: ["cef", "json", "cps"],
  product: ["Konnect", "Dev-Portal"],
  traceId: ["hex", "decimal"],
};

/** The type of a record to which an option belongs. */
const TYPES: Record<string, string> = {
  resource: "authorization",
  outcome: "authentication",
  authentication_type: "authentication",
};

/**
 * Checks the options of a record.
 *
 * @throws {@link KonnectError} `invalid_options`
 */
export function checkRecordOptions(what: string, options: object): void {
  checkKnown(what, options, [...OPTIONS, ...FIELD_NAMES]);
  checkValues(what, options);
  const { type = "authorization" } = options as { type?: string };
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && TYPES[name] !== undefined && TYPES[name] !== type)
      throw new KonnectError(
        "invalid_options",
        `${what}: ${name} belongs to type ${TYPES[name]} (got ${type})`,
      );
}

/** Checks the options that have a few values. */
export function checkValues(what: string, options: object): void {
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && VALUES[name] !== undefined && !VALUES[name].includes(value as string))
      throw new KonnectError(
        "invalid_options",
        `${what}: ${name} must be ${VALUES[name].join(", ")} (got ${String(value)})`,
      );
}
