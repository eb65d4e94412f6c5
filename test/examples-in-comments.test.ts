import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compile, root } from "./support/compile.js";

const ENTRIES = ["", "/records", "/signature", "/wasm", "/receiver", "/testing", "/zod"];

/** What the examples take as given besides the exports of this package: a program around them. */
const GIVEN = `
  import { verify } from "node:crypto";
  import { createReadStream } from "node:fs";
  import { createServer } from "node:http";
  declare const konnect: import("konnect-audit-logs").KonnectClient;
  declare const line: string, endpoint: string, authorization: string, token: string;
  declare const input: import("konnect-audit-logs").CreateDestinationInput;
  declare const verifier: import("konnect-audit-logs/signature").Verifier;
  declare const rows: { line: string }[];
  declare const event: import("konnect-audit-logs").AuditEvent;
  declare const signer: import("konnect-audit-logs/testing").AuditSigner;
  declare const key: import("node:crypto").KeyObject;
  declare const stored: Record<string, unknown> & { time?: string };
  declare const file: { write(text: string): void };
  declare const database: { insert(rows: object[]): Promise<void> };
  declare function handle(event: import("konnect-audit-logs").AuditEvent): void;
  declare function page(...what: unknown[]): void;
  declare function alert(...what: unknown[]): void;
  declare function block(key: string): void;
  declare function quarantine(line: string): void;
  declare function store(record: object): void;
  declare function load(): import("konnect-audit-logs").FollowCheckpoint | undefined;
  declare function save(checkpoint: import("konnect-audit-logs").FollowCheckpoint): Promise<void>;
`;

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith("generated.ts"),
);
const read = (file: string) => readFileSync(join(root, "src", file), "utf8");
const examples = files.flatMap((file) =>
  [...read(file).matchAll(/@example\n\s+\* ```ts\n(.*?)\s+\* ```/gs)].map(([, code = ""], i) => ({
    name: `${file.replaceAll("/", "-")}-${i}.ts`,
    code: code.replace(/^ *\* ?/gm, ""),
  })),
);

/** Imports of the names that the example uses, from the entry point that exports them. */
async function imports(code: string): Promise<string> {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const entry of ENTRIES) {
    const names = Object.keys(await import(`konnect-audit-logs${entry}`)).filter(
      (name) => new RegExp(`\\b${name}\\b`).test(code) && !seen.has(name),
    );
    for (const name of names) seen.add(name);
    if (names.length > 0) lines.push(`import { ${names.join(", ")} } from "konnect-audit-logs${entry}";`);
  }
  return lines.join("\n");
}

it("the compiler takes every example in a doc comment", async () => {
  const sources = new Map<string, string>();
  for (const { name, code } of examples)
    sources.set(join(root, name), `${await imports(code)}\n${GIVEN}\n{\n${code}\n}\nexport {};`);
  expect(compile(sources)).toEqual([]);
  // No example is left out for the form of its comment.
  const count = files.reduce((sum, file) => sum + read(file).split("@example").length - 1, 0);
  expect(examples).toHaveLength(count);
  expect(count).toBeGreaterThan(20);
});
