/** How a record came: in one of the formats that Konnect delivers, or pulled. */
export type EventFormat = "cef" | "json" | "cps" | "pull";

/** A field that stands where a value of somebody's choice may have forged it. */
export interface DuplicateField {
  /** Name of the field. */
  key: string;
  /** The field in whose value it stands. */
  field: string;
}

/** What every event has. Fields bear Konnect's names; one that the record lacks is undefined. */
export interface AuditEventBase {
  format: EventFormat;
  /** The record as it came; of a pulled one its JSON. */
  raw: string;
  /** `KongInc`. */
  vendor?: string | undefined;
  /** `Konnect` or `Dev-Portal`. */
  product?: string | undefined;
  /** Version of the product's records: `1.0`. */
  version?: string | undefined;
  cefVersion?: string | undefined;
  eventClassId?: string | undefined;
  /** What tells the kinds of events apart. */
  name: string;
  /** 0 to 10; text where it is no number. */
  severity?: number | string | undefined;
  /** The time in front of the record, as it came. */
  timestamp?: string | undefined;
  /** When it happened: `rt`, else `timestamp`. */
  time?: Date | undefined;
  /** When it happened, in ms since the Unix epoch. */
  rt?: number | undefined;
  /** Address of whoever made the request. */
  src?: string | undefined;
  org_id?: string | undefined;
  principal_id?: string | undefined;
  /** Display name, chosen by the user it names. */
  principal_name?: string | undefined;
  /** Who acted on behalf of the principal. */
  actor_id?: string | undefined;
  portal_id?: string | undefined;
  /** True where Kong itself acted. */
  kong_initiated?: boolean | undefined;
  /** Ties the records of one request together; every digit of it. */
  trace_id?: string | undefined;
  /** Chosen by whoever made the request. */
  user_agent?: string | undefined;
  /** Ed25519 in base64url, 86 characters. Not verified. */
  sig?: string | undefined;
  /** Fields that are not documented for this kind, as text. */
  extra: Readonly<Record<string, string>>;
  /**
   * Fields that stand in the line once more, or where only a client's text can have put them. Not empty: somebody may have
   * written fields into `user_agent`, `request`, `query` or `principal_name`; trust no value of the fields named here.
   */
  duplicates: readonly DuplicateField[];
  /** The text of documented fields whose value has not their type; the fields themselves are undefined. */
  malformed: Readonly<Record<string, string>>;
}

/** Somebody logged in, or tried to. */
export interface AuthenticationEvent extends AuditEventBase {
  /** The kind of event. */
  type: "authentication";
  /** The path that was called. Chosen by whoever made the request. */
  request?: string | undefined;
  success?: boolean | undefined;
  /** With what: `basic`, `sso`, `pat`, `spat`, ...; out of `eventClassId`. */
  authentication_type?: string | undefined;
  /** How it ended: `success`, `not_found`, `locked`, ...; out of `name`. */
  outcome: string;
}

/** It was decided whether somebody may do something. */
export interface AuthorizationEvent extends AuditEventBase {
  /** The kind of event. */
  type: "authorization";
  /** `retrieve`, `list`, `edit`, ... */
  action?: string | undefined;
  granted?: boolean | undefined;
  /** What it was to be done to; out of `name`. */
  resource: string;
}

/** A request passed the gateway. */
export interface AccessEvent extends AuditEventBase {
  /** The kind of event. */
  type: "access";
  /** The path that was called. Chosen by whoever made the request. */
  request?: string | undefined;
  /** The HTTP method. */
  act?: string | undefined;
  /** The HTTP status. */
  status?: number | undefined;
  /** Query parameters as JSON text. Chosen by whoever made the request. */
  query?: string | undefined;
}

/** A record whose `name` this SDK does not know. Fields that all kinds have are typed, the others stand in `extra`. */
export interface UnknownEvent extends AuditEventBase {
  /** The kind of event. */
  type: "unknown";
}

/** One audit record, told apart by `type`. */
export type AuditEvent = AuthenticationEvent | AuthorizationEvent | AccessEvent | UnknownEvent;
