import { type AuditEvent, detectSignals } from "../../src/records/index.js";
import type { Verification } from "../../src/signature/index.js";
import { isClientChosen, spansOf } from "./spans.js";

type Child = Node | string;

/** Makes an element. Text is always text, never HTML. */
function element(name: string, attributes: Record<string, string>, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Control characters and text that changes direction, made visible. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu, (character) => {
    const hex = character.codePointAt(0)!.toString(16);
    return `\\u{${hex}}`;
  });
}

const EXPLANATIONS: Record<string, string> = {
  matched: "a key of the key set produced this signature",
  no_key_matched:
    "none of these keys produced this signature: the record was changed, or the keys are others",
  no_signature: "the record has no signature",
  no_record: "this is not an audit record",
  pulled_record: "Konnect does not publish what the signature of a pulled record covers",
  no_usable_key: "the key set has no Ed25519 key",
  keys_may_be_stale: "no key matches, and the keys may be older than the record",
};

/** One record: verdict, coloured text, fields, JSON. */
export function recordCard(
  event: AuditEvent,
  verification: Verification | undefined,
  number: number,
): HTMLElement {
  const id = `record-${number}`;
  return element(
    "section",
    { class: "card", "aria-labelledby": id },
    element("h2", { id }, `${number}. ${event.type}: `, visible(event.name)),
    badges(event, verification),
    rawText(event, number),
    fieldTable(event, number),
    asJson(event, number),
  );
}

function badges(event: AuditEvent, verification: Verification | undefined): HTMLElement {
  const list = element("ul", { class: "badges", "aria-label": "Findings" });
  const add = (text: string, kind = "") => list.append(element("li", { class: `badge ${kind}` }, text));
  if (verification === undefined) add("signature not checked: no key set");
  else {
    const { status, reason } = verification;
    const why = reason === undefined ? "" : (EXPLANATIONS[reason] ?? reason.replaceAll("_", " "));
    add(why === "" ? status : `${status}: ${why}`, status);
  }
  add(event.format.toUpperCase());
  for (const { name, severity } of detectSignals(event)) add(`${name} (${severity})`, severity);
  if (event.duplicates.length > 0) {
    const keys = event.duplicates.map(({ key, field }) => `${key} in ${field}`).join(", ");
    add(`may be injected: ${visible(keys)}`, "high");
  }
  return list;
}

function rawText(event: AuditEvent, number: number): HTMLElement {
  const pre = element("pre", {
    class: "raw",
    tabindex: "0",
    "aria-label": `Record ${number}, coloured by field`,
  });
  for (const { text, kind, field, isClientChosen, isInjected } of spansOf(event)) {
    const classes = [kind, isClientChosen ? "client" : "", isInjected ? "injected" : ""].join(" ").trim();
    const title =
      field === undefined
        ? kind
        : `${field}${isClientChosen ? ", chosen by the client" : ""}${isInjected ? ", may be injected" : ""}`;
    pre.append(element("span", { class: classes, title }, visible(text)));
  }
  const legend = element(
    "ul",
    { class: "legend raw", "aria-label": "Legend" },
    element("li", {}, element("span", { class: "key" }, "field")),
    element("li", {}, element("span", { class: "value" }, "value")),
    element("li", {}, element("span", { class: "value client" }, "chosen by the client")),
    element("li", {}, element("span", { class: "injected" }, "may be injected")),
    element("li", {}, element("span", { class: "sig" }, "signature")),
  );
  return element("div", {}, pre, legend);
}

const STRUCTURE = new Set(["raw", "extra", "duplicates", "malformed", "type", "format", "sig"]);

function fieldTable(event: AuditEvent, number: number): HTMLElement {
  const body = element("tbody", {});
  const add = (name: string, value: string, note: string) =>
    body.append(
      element(
        "tr",
        {},
        element("th", { scope: "row" }, visible(name)),
        element("td", { class: "text" }, visible(value)),
        element("td", {}, note),
      ),
    );
  for (const [name, value] of Object.entries(event)) {
    if (STRUCTURE.has(name) || value === undefined) continue;
    const text = value instanceof Date ? value.toISOString() : String(value);
    add(
      name,
      text,
      `${value instanceof Date ? "Date" : typeof value}${isClientChosen(name) ? ", chosen by the client" : ""}`,
    );
  }
  for (const [name, value] of Object.entries(event.malformed))
    add(name, value, "malformed: the value has the wrong type");
  for (const [name, value] of Object.entries(event.extra)) add(name, value, "extra: not documented");
  const head = element(
    "thead",
    {},
    element("tr", {}, ...["Field", "Value", "Type"].map((text) => element("th", { scope: "col" }, text))),
  );
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": `Fields of record ${number}` },
    element("table", {}, head, body),
  );
}

function asJson(event: AuditEvent, number: number): HTMLElement {
  const json = visible(JSON.stringify(event, undefined, 2).replaceAll("\n", "\u2424")).replaceAll(
    "\u2424",
    "\n",
  );
  return element(
    "details",
    {},
    element("summary", {}, "The event as JSON"),
    element("pre", { class: "json", tabindex: "0", "aria-label": `Event ${number} as JSON` }, json),
  );
}

/** A line that is not a record. */
export function errorCard(message: string, text: string, number: number): HTMLElement {
  const id = `record-${number}`;
  return element(
    "section",
    { class: "card", "aria-labelledby": id },
    element("h2", { id }, `${number}. Not a record`),
    element("p", { class: "error" }, visible(message)),
    element("pre", { class: "raw", tabindex: "0", "aria-label": "The line" }, visible(text.slice(0, 2_000))),
  );
}

/** Counts and a table of the records of a file. */
export function fileCard(
  name: string,
  counts: Record<string, Record<string, number>>,
  rows: readonly string[][],
  total: number,
): HTMLElement {
  const head = ["Line", "Time", "Type", "Name", "Principal", "Status"];
  const list = element("ul", { class: "badges", "aria-label": "Counts" });
  for (const group of Object.values(counts))
    for (const [key, count] of Object.entries(group))
      list.append(element("li", { class: `badge ${key}` }, `${key}: ${count.toLocaleString("en")}`));
  return element(
    "section",
    { class: "card", "aria-labelledby": "file-title" },
    element("h2", { id: "file-title" }, `${visible(name)}: ${total.toLocaleString("en")} records`),
    list,
    element("p", {}, rows.length < total ? `The first ${rows.length.toLocaleString("en")}:` : ""),
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Records of the file" },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
        element(
          "tbody",
          {},
          ...rows.map((cells) =>
            element("tr", {}, ...cells.map((text) => element("td", { class: "text" }, visible(text)))),
          ),
        ),
      ),
    ),
  );
}
