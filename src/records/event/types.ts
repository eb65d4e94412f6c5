/** The format that Konnect delivered a record in, or `pull` for a pulled record. */
export type EventFormat = "cef" | "json" | "cps" | "pull";

/** A field that may have been injected into client-chosen text. */
export interface DuplicateField {
  /** Name of the field. */
  key: string;
  /** The field whose value contains it. */
  field: string;
}

/** The members of every event. Fields have Konnect's names. A field that the record lacks is undefined. */
export interface AuditEventBase {
  /** How the record arrived. */
  format: EventFormat;
  /** The text of the record; of a pulled record its JSON. */
  raw: string;
  /** `KongInc`. */
  vendor?: string | undefined;
  /** `Konnect` or `Dev-Portal`. */
  product?: string | undefined;
  /** Version of the product's record format: `1.0`. */
  version?: string | undefined;
  /** Version of the CEF format: `0`. */
  cef_version?: string | undefined;
  /** The class of the event, such as `konnect` or `AUTHENTICATION_TYPE_BASIC`. */
  event_class_id?: string | undefined;
  /** The name of the event, such as `Authz.usage`. It decides the `type`. */
  name: string;
  /** 0 to 10; text if it is not a number. */
  severity?: number | string | undefined;
  /** The time before the record, as Konnect wrote it. */
  timestamp?: string | undefined;
  /** When the event happened: `rt`, or else `timestamp`. */
  time?: Date | undefined;
  /** When the event happened, in ms since the Unix epoch. */
  rt?: number | undefined;
  /** IP address of the client. */
  src?: string | undefined;
  /** The organization. */
  org_id?: string | undefined;
  /** Who made the request. */
  principal_id?: string | undefined;
  /** Display name of the principal. Client-chosen text. */
  principal_name?: string | undefined;
  /** Who acted on behalf of the principal. */
  actor_id?: string | undefined;
  /** The Dev Portal. */
  portal_id?: string | undefined;
  /** True if Kong itself acted. */
  kong_initiated?: boolean | undefined;
  /** The same in all records of one request. Text, so that no digit is lost. */
  trace_id?: string | undefined;
  /** Client-chosen text. */
  user_agent?: string | undefined;
  /** The Ed25519 signature in base64url, 86 characters. Not verified. */
  sig?: string | undefined;
  /** Undocumented fields of this kind, as text. */
  extra: Readonly<Record<string, string>>;
  /**
   * Fields that occur more than once, or may come from client-chosen text. If it is not empty, a client may have injected
   * fields through `user_agent`, `request`, `query` or `principal_name`. Do not trust the fields named here.
   */
  duplicates: readonly DuplicateField[];
  /** The text of documented fields whose value has the wrong type. The fields themselves are undefined. */
  malformed: Readonly<Record<string, string>>;
}

/** A login, or an attempt at one. */
export interface AuthenticationEvent extends AuditEventBase {
  /** The kind of event. */
  type: "authentication";
  /** The path of the request. Client-chosen text. */
  request?: string | undefined;
  /** Whether the login succeeded. */
  success?: boolean | undefined;
  /** The credential: `basic`, `sso`, `pat`, `spat`, ... From `event_class_id`. */
  authentication_type?: string | undefined;
  /** How it ended: `success`, `not_found`, `locked`, ... From `name`. */
  outcome: string;
}

/** A decision whether a principal may do something. */
export interface AuthorizationEvent extends AuditEventBase {
  /** The kind of event. */
  type: "authorization";
  /** What the principal wanted to do: `retrieve`, `list`, `edit`, ... */
  action?: string | undefined;
  /** Whether the principal may do it. */
  granted?: boolean | undefined;
  /** The resource it was about. From `name`. */
  resource: string;
}

/** A request that passed the gateway. */
export interface AccessEvent extends AuditEventBase {
  /** The kind of event. */
  type: "access";
  /** The path of the request. Client-chosen text. */
  request?: string | undefined;
  /** The HTTP method. */
  act?: string | undefined;
  /** The HTTP status. */
  status?: number | undefined;
  /** Query parameters as JSON text. Client-chosen text. */
  query?: string | undefined;
}

/** A record whose `name` this SDK does not know. The common fields are typed, all others are in `extra`. */
export interface UnknownEvent extends AuditEventBase {
  /** The kind of event. */
  type: "unknown";
}

/** One audit record as a typed event. Narrow it by `type`. */
export type AuditEvent = AuthenticationEvent | AuthorizationEvent | AccessEvent | UnknownEvent;
