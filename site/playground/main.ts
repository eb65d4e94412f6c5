import { readAuditRecords, safeParseAuditRecord } from "../../src/records/index.js";
import { createVerifier, type JsonWebKeySet, type Verifier } from "../../src/signature/index.js";
import { type Example, type Format, flipBit, injectField, type Kind, makeExample } from "./examples.js";
import { errorCard, fileCard, recordCard } from "./view.js";

/** The most records that are shown, and the most rows of a file. */
const MOST_RECORDS = 50;
const MOST_ROWS = 500;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const record = find<HTMLTextAreaElement>("record");
const keys = find<HTMLTextAreaElement>("keys");
const results = find("results");
const status = find("status");

function say(text: string): void {
  status.textContent = text;
}

function keySet(): JsonWebKeySet | undefined {
  if (keys.value.trim() === "") return undefined;
  const set: unknown = JSON.parse(keys.value);
  if (Array.isArray((set as JsonWebKeySet | null)?.keys)) return set as JsonWebKeySet;
  throw new Error("it has no member keys");
}

/** Undefined without a key set. Says what is wrong with one that cannot be used. */
function verifier(): Verifier | undefined {
  try {
    const set = keySet();
    return set && createVerifier({ keys: set });
  } catch (error) {
    say(`The key set cannot be used: ${(error as Error).message}`);
    return undefined;
  }
}

let turn = 0;

/** Shows what is in the text areas. A newer call overtakes an older one. */
async function show(): Promise<void> {
  const mine = ++turn;
  const lines = record.value.split("\n").filter((line) => line.trim() !== "");
  say("");
  const check = verifier();
  const cards: HTMLElement[] = [];
  const counts: Record<string, number> = {};
  for (const [i, text] of lines.slice(0, MOST_RECORDS).entries()) {
    const { event, error } = safeParseAuditRecord(text);
    if (event === undefined) {
      cards.push(errorCard(error.message, text, i + 1));
      counts["not a record"] = (counts["not a record"] ?? 0) + 1;
      continue;
    }
    const verification = await check?.verify(text);
    const word = verification?.status ?? "not checked";
    counts[word] = (counts[word] ?? 0) + 1;
    cards.push(recordCard(event, verification, i + 1));
  }
  if (mine !== turn) return;
  results.replaceChildren(...cards);
  if (status.textContent === "" && lines.length > 0) {
    const parts = Object.entries(counts).map(([word, count]) => `${count} ${word}`);
    const cut = lines.length > MOST_RECORDS ? ` of ${lines.length}, the others are not shown` : "";
    say(
      `${cards.length} ${cards.length === 1 ? "record" : "records"}${cut}: ${parts.join(", ") || "none can be parsed"}`,
    );
  }
}

async function showFile(file: File): Promise<void> {
  const mine = ++turn;
  const text = file.size < 1_000_000 ? await file.text() : "";
  if (/^\s*\{\s*"keys"\s*:/.test(text)) {
    keys.value = text;
    keys.closest("details")!.open = true;
    return show();
  }
  say(`Reading ${file.name} ...`);
  const check = verifier();
  const counts: Record<string, Record<string, number>> = { type: {}, status: {} };
  const count = (group: string, key: string) => {
    counts[group]![key] = (counts[group]![key] ?? 0) + 1;
  };
  const rows: string[][] = [];
  let total = 0;
  try {
    for await (const { text, bytes, lineNumber } of readAuditRecords(file.stream())) {
      if (mine !== turn) return;
      const { event, error } = safeParseAuditRecord(text);
      const verdict = event && (await check?.verify(bytes ?? text))?.status;
      count("type", event?.type ?? "not a record");
      if (verdict !== undefined) count("status", verdict);
      total++;
      if (rows.length < MOST_ROWS)
        rows.push([
          String(lineNumber),
          event?.time?.toISOString() ?? "",
          event?.type ?? "",
          event?.name ?? error?.message ?? "",
          event?.principal_name ?? event?.principal_id ?? "",
          verdict ?? "",
        ]);
      if (total % 2_000 === 0) {
        say(`Reading ${file.name}: ${total.toLocaleString("en")} records ...`);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    say(`${file.name}: ${total.toLocaleString("en")} records`);
  } catch (error) {
    say(`${file.name} could not be read to its end: ${(error as Error).message}`);
  }
  results.replaceChildren(fileCard(file.name, counts, rows, total));
}

function take({ record: text, keys: set }: Example): Promise<void> {
  record.value = text;
  keys.value = set;
  return show();
}

function onClick(id: string, run: () => unknown): void {
  find(id).addEventListener("click", () => {
    Promise.resolve(run()).catch((error: Error) => say(error.message));
  });
}

onClick("make", () =>
  makeExample(
    find<HTMLSelectElement>("kind").value as Kind,
    find<HTMLSelectElement>("format").value as Format,
  ).then(take),
);
onClick("inject", async () => take(await injectField(record.value)));
onClick("flip", () => {
  record.value = flipBit(record.value);
  return show();
});
onClick("share", async () => {
  const fragment = new URLSearchParams({ record: record.value, ...(keys.value && { keys: keys.value }) });
  // A fragment is not sent to the server.
  history.replaceState(null, "", `#${fragment}`);
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  say(
    "The link is in the address bar and on the clipboard. It contains the record: share it only with people who may see it.",
  );
});
for (const area of [record, keys]) area.addEventListener("input", () => void show());
find<HTMLInputElement>("file").addEventListener("change", ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file) void showFile(file);
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dragging");
});
addEventListener("dragleave", () => document.body.classList.remove("dragging"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dragging");
  const file = event.dataTransfer?.files[0];
  if (file) void showFile(file);
});

async function restore(): Promise<void> {
  const shared = new URLSearchParams(location.hash.slice(1));
  const text = shared.get("record");
  if (text !== null) await take({ record: text, keys: shared.get("keys") ?? "" });
  else await take(await makeExample("authorization", "cef"));
  document.documentElement.dataset.ready = "true";
}
addEventListener("hashchange", () => void restore());
void restore().catch((error: Error) => say(error.message));
