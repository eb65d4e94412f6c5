import { checkKnown } from "../shared/known-options.js";
import { DEFAULT_ORGANIZATION } from "./organization.js";
import { Random } from "./random.js";
import { KINDS } from "./record-kinds.js";
import { checkRecordOptions, checkValues } from "./record-options.js";
import type { AuditSigner } from "./signer.js";
import { type AuditRecord, type FieldValue, writeRecord } from "./write-record.js";

/** Fields by Konnect's names. They replace generated ones; undefined removes one. */
export interface AuditRecordFields {
  rt?: FieldValue | undefined;
  src?: FieldValue | undefined;
  request?: FieldValue | undefined;
  act?: FieldValue | undefined;
  status?: FieldValue | undefined;
  action?: FieldValue | undefined;
  granted?: FieldValue | undefined;
  success?: FieldValue | undefined;
  org_id?: FieldValue | undefined;
  portal_id?: FieldValue | undefined;
  principal_id?: FieldValue | undefined;
  principal_name?: FieldValue | undefined;
  actor_id?: FieldValue | undefined;
  kong_initiated?: FieldValue | undefined;
  trace_id?: FieldValue | undefined;
  user_agent?: FieldValue | undefined;
  query?: FieldValue | undefined;
  sig?: FieldValue | undefined;
}

/** The options of {@link auditRecord}. */
export interface AuditRecordOptions extends AuditRecordFields {
  /** The kind of record. Default `authorization`. */
  type?: "authentication" | "authorization" | "access" | undefined;
  /** The format to write. Default `cef`. */
  format?: "cef" | "json" | "cps" | undefined;
  /** Default `Konnect`. A Dev Portal writes authentication records with a `portal_id`. */
  product?: "Konnect" | "Dev-Portal" | undefined;
  /** When it happened: a Date, or ms since the epoch. Default: a time that the seed determines. */
  at?: Date | number | undefined;
  /** The same by the event's name. */
  time?: Date | number | undefined;
  /** Determines everything that you do not give. Default 1. */
  seed?: string | number | undefined;
  /** Form of `trace_id`: 32 hex digits (default), or the older number beyond 2^53. */
  traceId?: "hex" | "decimal" | undefined;
  /** Signs the record. Default: unsigned. */
  signer?: AuditSigner | undefined;
  /**
   * Whether CEF escapes `user_agent`, `request`, `query` and `principal_name`, as the CEF standard requires. `false` does not
   * escape them, like Konnect. Default `true`.
   */
  escapeClientText?: boolean | undefined;
  /** Parts of the header. By default the severity follows from the fields. */
  event_class_id?: string | undefined;
  name?: string | undefined;
  severity?: number | undefined;
  /** Of an authorization: the `name` is `Authz.` and this. */
  resource?: string | undefined;
  /** Of an authentication: the `name` is `AUTHENTICATION_OUTCOME_` and this in capitals. */
  outcome?: string | undefined;
  /** Of an authentication: the `event_class_id` is `AUTHENTICATION_TYPE_` and this in capitals. */
  authentication_type?: string | undefined;
  /** Undocumented fields. They come after `src`, where no client-chosen text precedes them. */
  extra?: Record<string, FieldValue> | undefined;
}

/**
 * Generates one realistic audit record with the members that you give.
 *
 * @example
 * ```ts
 * const line = auditRecord({ type: "authorization", granted: false, user_agent: "curl/8.5.0", signer });
 * ```
 */
export function auditRecord(options: AuditRecordOptions = {}): string {
  checkRecordOptions("auditRecord", options);
  const { type = "authorization", format = "cef", seed = 1, signer } = options;
  const record = makeRecord(new Random(seed), type, options);
  const line = writeRecord(record, format, options.escapeClientText);
  return signer === undefined ? line : signer.sign(line);
}

const RECORDS_OPTIONS = ["format", "traceId", "signer", "org_id", "mix", "at", "stepMs", "seed"];

/** The share of each type in {@link auditRecords}, as weights. */
export interface RecordMix {
  authorization?: number | undefined;
  access?: number | undefined;
  authentication?: number | undefined;
}

/** The options of {@link auditRecords}. */
export interface AuditRecordsOptions extends Pick<AuditRecordOptions, "format" | "traceId" | "signer"> {
  /** The organization of all of them. Default: the same for everything that this kit makes. */
  org_id?: string | undefined;
  /** The share of each type. Default: 60 authorization, 25 access, 15 authentication. */
  mix?: RecordMix | undefined;
  /** When the first one happened. Default: 2026-01-01. */
  at?: Date | number | undefined;
  /** The time between two records, in ms. Default 137. */
  stepMs?: number | undefined;
  /** Determines the records. Default 1. */
  seed?: string | number | undefined;
}

/**
 * Generates realistic audit records, half of them with the user agents of browsers. The seed determines each one.
 *
 * @example
 * ```ts
 * for (const line of auditRecords(1000, { signer, format: "json" })) file.write(`${line}\n`);
 * ```
 */
export function* auditRecords(count: number, options: AuditRecordsOptions = {}): Generator<string, void> {
  checkKnown("auditRecords", options, RECORDS_OPTIONS);
  checkValues("auditRecords", options);
  const { mix = { authorization: 60, access: 25, authentication: 15 }, stepMs = 137, signer } = options;
  const { format = "cef", traceId = "hex", seed = 1, at = Date.UTC(2026, 0, 1), org_id } = options;
  const random = new Random(seed);
  const weights = Object.entries(mix) as [keyof RecordMix, number][];
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (let i = 0; i < count; i++) {
    const type = pickWeighted(weights, random.next() * total);
    const given = { at: Number(at) + i * stepMs, traceId, ...(org_id !== undefined && { org_id }) };
    const line = writeRecord(makeRecord(random, type, given), format);
    yield signer === undefined ? line : signer.sign(line);
  }
}

function pickWeighted(weights: readonly [keyof RecordMix, number][], at: number): keyof RecordMix {
  let sum = 0;
  for (const [type, weight] of weights) {
    sum += weight;
    if (at < sum) return type;
  }
  return weights[0]![0];
}

const AGENTS = [
  "grpc-node-js/1.12.4",
  "kong-ingress-controller/3.4",
  "deck/1.50.0",
  "curl/8.5.0",
  "Terraform/1.9",
];
const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
];
/** The content of a record, from the given members and the seed. */
export function makeRecord(
  random: Random,
  type: NonNullable<AuditRecordOptions["type"]>,
  options: AuditRecordOptions,
): AuditRecord {
  const {
    product = "Konnect",
    traceId = "hex",
    format: _,
    seed: __,
    signer: ___,
    type: ____,
    escapeClientText: _____,
    ...rest
  } = options;
  const {
    at: given,
    time,
    event_class_id,
    severity,
    resource,
    outcome,
    authentication_type,
    extra,
    ...others
  } = rest;
  const { name = nameOf(resource, outcome), ...fieldsGiven } = others;
  const overrides = { ...fieldsGiven, ...extra };
  const at = Number(given ?? time ?? Date.UTC(2026, 0, 1) + Math.floor(random.next() * 3e10));
  const made = KINDS[type](random, product, { ...overrides, name });
  const common = {
    rt: at,
    src: `192.0.2.${1 + Math.floor(random.next() * 254)}`,
    org_id: DEFAULT_ORGANIZATION,
    principal_id: random.uuid(),
    trace_id: newTraceId(traceId, at, random.hex(16)),
    user_agent: random.pick(random.next() < 0.5 ? BROWSERS : AGENTS),
  };
  const fields = inOrder(made.order, { ...common, ...made.fields }, overrides);
  return {
    at,
    product,
    event_class_id:
      event_class_id ??
      (authentication_type && `AUTHENTICATION_TYPE_${authentication_type.toUpperCase()}`) ??
      made.event_class_id,
    name: name ?? made.name,
    severity: severity ?? made.severity(fields),
    fields,
  };
}

function nameOf(resource: string | undefined, outcome: string | undefined): string | undefined {
  if (resource !== undefined) return `Authz.${resource}`;
  return outcome === undefined ? undefined : `AUTHENTICATION_OUTCOME_${outcome.toUpperCase()}`;
}

/** A trace id: 32 hex digits that begin with the time, or the older number beyond 2^53. */
export function newTraceId(form: "hex" | "decimal", at: number, randomHex: string): string | bigint {
  if (form === "decimal") return BigInt(`0x${randomHex}`) | (1n << 62n);
  const seconds = Math.floor(at / 1000)
    .toString(16)
    .padStart(8, "0");
  return `${seconds}${"0".repeat(8)}${randomHex}`;
}

/** The fields in Konnect's order. Unknown ones come after `src`, where no client-chosen text precedes them. */
function inOrder(
  order: string,
  made: Record<string, FieldValue>,
  overrides: Record<string, FieldValue | undefined>,
): Record<string, FieldValue> {
  const all: Record<string, FieldValue | undefined> = { ...made, ...overrides };
  const known = order.split(" ");
  const others = Object.keys(all).filter((key) => !known.includes(key));
  const keys = [...known.slice(0, 2), ...others, ...known.slice(2)];
  return Object.fromEntries(
    keys.flatMap((key): [string, FieldValue][] => (all[key] === undefined ? [] : [[key, all[key]]])),
  );
}
