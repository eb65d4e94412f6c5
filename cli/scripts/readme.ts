/**
 * Runs the commands of cli/README.md and writes what they print into it.
 *
 *   npm run readme
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../test/support/loopback.js";
import { Console } from "./console.js";

const BLOCK = /^```console\n(.*?)^```/gms;
const path = fileURLToPath(new URL("../README.md", import.meta.url));

/** The document with what its commands print now. Commands are the lines that begin with `$`. */
export async function runReadme(text = readFileSync(path, "utf8")): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  const ports = { 8001: await freePort(), 8080: await freePort(), 4318: await freePort() };
  const shell = new Console(folder, ports);
  try {
    let result = "";
    let at = 0;
    for (const match of text.matchAll(BLOCK)) {
      const commands = match[1]!.split("\n").filter((line) => line.startsWith("$ "));
      let block = "";
      for (const command of commands) block += `${command}\n${await shell.run(command.slice(2))}`;
      result += `${text.slice(at, match.index)}\`\`\`console\n${block}\`\`\``;
      at = match.index + match[0].length;
    }
    return result + text.slice(at);
  } finally {
    shell.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path, await runReadme());
