/** The kinds of records that Konnect documents, and `unknown`. */
export type Kind = "authentication" | "authorization" | "access" | "unknown";

/** Konnect's fields, and the index of each among the values of a record. */
export const FIELD = {
  rt: 0,
  src: 1,
  request: 2,
  act: 3,
  status: 4,
  action: 5,
  granted: 6,
  success: 7,
  org_id: 8,
  portal_id: 9,
  principal_id: 10,
  principal_name: 11,
  actor_id: 12,
  kong_initiated: 13,
  trace_id: 14,
  user_agent: 15,
  query: 16,
  sig: 17,
} as const;

export type FieldName = keyof typeof FIELD;
export const FIELD_NAMES = Object.keys(FIELD) as FieldName[];

/** Fields that all kinds have. */
const COMMON: FieldName[] = [
  "rt",
  "src",
  "org_id",
  "portal_id",
  "principal_id",
  "principal_name",
  "actor_id",
  "kong_initiated",
  "trace_id",
  "user_agent",
  "sig",
];

/** The order in which Konnect writes the fields in CEF, from its documentation and from records. */
export const ORDER: Record<Exclude<Kind, "unknown">, readonly FieldName[]> = {
  authorization: words("rt src action granted org_id principal_id actor_id trace_id user_agent sig"),
  authentication: words("rt src request success org_id portal_id principal_id trace_id user_agent sig"),
  access: words("rt src request act status org_id principal_id user_agent trace_id query sig"),
};

/** A field of {@link ORDER}, with what the fast path needs to know of it. */
export interface OrderedField {
  key: FieldName;
  /** The characters of its name. */
  codes: Uint8Array;
  field: number;
  isOptional: boolean;
  isClientChosen: boolean;
}

/** The documented fields of each kind. */
export const DOCUMENTED: Record<Kind, ReadonlySet<string>> = {
  authentication: new Set([...COMMON, ...ORDER.authentication]),
  authorization: new Set([...COMMON, ...ORDER.authorization]),
  access: new Set([...COMMON, ...ORDER.access]),
  unknown: new Set(COMMON),
};

/** Fields with client-chosen text, which Konnect does not escape. */
export const CLIENT_CHOSEN: ReadonlySet<string> = new Set(words("request query user_agent principal_name"));

/** Fields that an honest record may lack, so that an injected copy may be the only one. */
export const OPTIONAL: ReadonlySet<string> = new Set(
  words("portal_id actor_id kong_initiated principal_name"),
);

/** Fields that every record of a kind has. `sig` is not one of them: signing may not be configured. */
export const MANDATORY: Record<Exclude<Kind, "unknown">, ReadonlySet<string>> = {
  authentication: mandatory("authentication"),
  authorization: mandatory("authorization"),
  access: mandatory("access"),
};

function mandatory(kind: Exclude<Kind, "unknown">): ReadonlySet<string> {
  return new Set(ORDER[kind].filter((key) => key !== "sig" && !OPTIONAL.has(key)));
}

/** The kind of a record, by its name. */
export function kindOf(name: string): Kind {
  if (name.startsWith("Authz.")) return "authorization";
  if (name.startsWith("AUTHENTICATION_OUTCOME_")) return "authentication";
  return name === "Ingress" ? "access" : "unknown";
}

function words(text: string): FieldName[] {
  return text.split(" ") as FieldName[];
}

/** {@link ORDER}, with everything about each field looked up once. */
export const ORDERED: Record<Exclude<Kind, "unknown">, readonly OrderedField[]> = {
  authentication: ORDER.authentication.map(orderedField),
  authorization: ORDER.authorization.map(orderedField),
  access: ORDER.access.map(orderedField),
};

function orderedField(key: FieldName): OrderedField {
  const codes = Uint8Array.from(key, (character) => character.charCodeAt(0));
  return {
    key,
    codes,
    field: FIELD[key],
    isOptional: OPTIONAL.has(key),
    isClientChosen: CLIENT_CHOSEN.has(key),
  };
}
