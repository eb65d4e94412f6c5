import type { AuditEvent } from "../../src/records/index.js";

/** What a part of a record is. */
export interface Span {
  text: string;
  kind: "prefix" | "header" | "key" | "value" | "sig" | "plain";
  /** The field that the text belongs to. */
  field?: string;
  /** Whether a client chose the text. */
  isClientChosen?: boolean;
  /** Whether it may be a field that a client injected. */
  isInjected?: boolean;
}

const CLIENT_CHOSEN = new Set([
  "user_agent",
  "request",
  "query",
  "principal_name",
  "uri",
  "client_user_agent",
]);

/** Cuts a record into its parts, by what the parser found. Together they are the whole text. */
export function spansOf(event: AuditEvent): Span[] {
  const spans = event.format === "cef" ? cefSpans(event) : jsonSpans(event.raw);
  return spans.flatMap((span) => markInjected(span, event)).filter(({ text }) => text !== "");
}

export function isClientChosen(field: string): boolean {
  return CLIENT_CHOSEN.has(field);
}

function cefSpans(event: AuditEvent): Span[] {
  const { raw } = event;
  const begin = raw.indexOf("CEF:");
  let at = begin;
  for (let pipes = 0; pipes < 7 && at < raw.length; at++) {
    if (raw[at] === "\\") at++;
    else if (raw[at] === "|") pipes++;
  }
  const spans: Span[] = [
    { text: raw.slice(0, begin), kind: "prefix" },
    { text: raw.slice(begin, at), kind: "header" },
  ];
  const starts = fieldStarts(raw, at, event);
  if (starts.length === 0) return [...spans, { text: raw.slice(at), kind: "plain" }];
  spans.push({ text: raw.slice(at, starts[0]!.at), kind: "plain" });
  for (let i = 0; i < starts.length; ) {
    const { key, at: start } = starts[i]!;
    const valueStart = start + key.length + 1;
    const next = endOfValue(raw, valueStart, starts, i + 1, textOf(event, key));
    const end = starts[next]?.at ?? raw.length;
    spans.push({ text: raw.slice(start, valueStart), kind: "key", field: key });
    spans.push({ ...valueSpan(key), text: raw.slice(valueStart, end) });
    i = next;
  }
  return spans;
}

interface FieldStart {
  key: string;
  at: number;
}

/** Where a field that the event has may start. */
function fieldStarts(raw: string, from: number, event: AuditEvent): FieldStart[] {
  const starts: FieldStart[] = [];
  for (const match of raw.slice(from).matchAll(/(^|\s)([\w.-]+)=/g)) {
    const key = match[2]!;
    if (textOf(event, key) !== undefined) starts.push({ key, at: from + match.index + match[1]!.length });
  }
  return starts;
}

/** The start at which the value ends: the first that gives the value that the parser found. */
function endOfValue(
  raw: string,
  from: number,
  starts: readonly FieldStart[],
  first: number,
  expected: string | undefined,
): number {
  for (let i = first; i <= starts.length; i++) {
    const end = starts[i]?.at ?? raw.length;
    const text = raw.slice(from, end).trim();
    if (text === expected || unescapeCef(text) === expected) return i;
  }
  return first;
}

function unescapeCef(text: string): string {
  return text.replace(/\\([\\=|])/g, "$1");
}

/** The text of a field in the event. */
function textOf(event: AuditEvent, key: string): string | undefined {
  const own = (object: object) =>
    Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  const value = own(event) ?? own(event.malformed) ?? own(event.extra);
  return value === undefined || typeof value === "object" ? undefined : String(value);
}

function valueSpan(field: string): Omit<Span, "text"> {
  if (field === "sig" || field === "signature") return { kind: "sig", field };
  return { kind: "value", field, isClientChosen: CLIENT_CHOSEN.has(field) };
}

/** The members of a JSON object, one level deep, or two where the outer one is the wrapper of CPS. */
function jsonSpans(raw: string): Span[] {
  const spans: Span[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],]|[^\s"{}[\],]+|\s+/g;
  let field: string | undefined;
  for (const match of raw.matchAll(token)) {
    const text = match[0];
    if (match[1] !== undefined) {
      field = keyOf(text);
      spans.push({ text, kind: "key", field });
    } else if (/^["\w.+-]/.test(text) && field !== undefined) spans.push({ ...valueSpan(field), text });
    else spans.push({ text, kind: "plain" });
  }
  return spans;
}

function keyOf(text: string): string {
  try {
    return JSON.parse(text.replace(/\s*:$/, ""));
  } catch {
    return text;
  }
}

/** Cuts what may be an injected field out of a client-chosen value. */
function markInjected(span: Span, { duplicates }: AuditEvent): Span[] {
  const keys = duplicates.filter(({ field }) => field === span.field).map(({ key }) => key);
  if (span.kind !== "value" || keys.length === 0) return [span];
  const pattern = new RegExp(
    `((?:^|(?<=[\\s"]))(?:${keys.map((key) => key.replace(/\W/g, "\\$&")).join("|")})=\\S*)`,
  );
  return span.text
    .split(pattern)
    .map((text, i) => (i % 2 === 1 ? { ...span, text, isInjected: true } : { ...span, text }));
}
