import { checkPipeline } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { connectAll } from "../../konnect/client.js";
import type { KonnectOptions } from "../../options/konnect.js";
import { escapeText, safeJson } from "../../output/escape.js";
import { paint } from "../../output/style.js";
import { wrap } from "../../output/wrap.js";

const MARKS = { ok: "✓", problem: "✗", note: "!", unknown: "?" };
const COLORS = { ok: "green", problem: "red", note: "yellow", unknown: "yellow" } as const;
/** Where the text of a check begins. */
const INDENT = 16;

/** Prints the state of the pipeline of each region, and what to do. */
export async function doctor(
  options: KonnectOptions & { json?: true | undefined; portal?: string | undefined },
  context: Context,
): Promise<void> {
  const connections = await connectAll(options, {
    ...context,
    log: { ...context.log, warn: context.log.debug },
  });
  const isSeveral = connections.length > 1;
  if (isSeveral && options.portal !== undefined)
    throw new ExitError(2, "a Dev Portal belongs to one region: give one --region with --portal");
  const reports = await Promise.all(
    connections.map(({ konnect }) =>
      checkPipeline(konnect, { signal: context.signal, portalId: options.portal }),
    ),
  );
  if (options.json) {
    const all = connections.map(({ name }, i) => ({ region: name, ...reports[i] }));
    process.stdout.write(`${safeJson(isSeveral ? all : reports[0], 2)}\n`);
  } else
    for (const [i, { checks }] of reports.entries()) {
      if (isSeveral) process.stdout.write(`${i > 0 ? "\n" : ""}${connections[i]!.name}\n`);
      const refused = checks.find(({ name, state }) => name === "token" && state === "problem")?.found;
      for (const check of checks) {
        const { name, state, found, todo } =
          check.found === refused && check.name !== "token"
            ? {
                ...check,
                state: "unknown" as const,
                found: "not checked: it needs the token",
                todo: undefined,
              }
            : check;
        const { stdout } = process;
        const mark = paint(COLORS[state], MARKS[state], stdout);
        stdout.write(`${mark} ${name.padEnd(13)} ${wrap(escapeText(found), INDENT, stdout)}\n`);
        if (todo !== undefined)
          stdout.write(`${" ".repeat(INDENT)}→ ${wrap(escapeText(inOurWords(todo)), INDENT + 2, stdout)}\n`);
      }
    }
  if (reports.every(({ ok }) => ok)) return;
  const isProblem = reports.some(({ checks }) => checks.some(({ state }) => state === "problem"));
  throw new ExitError(
    isProblem ? 1 : 3,
    isProblem ? "the pipeline is not healthy" : "some checks could not run",
  );
}

/** The SDK's advice, with the commands that do it. */
function inOurWords(todo: string): string {
  return todo
    .replace(/\bwith ensureWebhook\b/g, "with `konnect-audit setup`")
    .replace(
      /\brecover the gap with a replay\b/g,
      "recover the gap with `konnect-audit recover --since TIME`",
    );
}
