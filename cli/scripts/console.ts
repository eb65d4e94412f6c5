import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** Runs the commands of a document in one shell, in a folder of its own. */
export class Console {
  readonly #shell;
  #output = "";
  #wake = () => {};
  #count = 0;

  /** `ports` replaces ports in commands, so that those of this machine that are in use do not matter. */
  constructor(
    folder: string,
    private readonly ports: Record<string, number>,
  ) {
    const bin = join(folder, ".bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "konnect-audit"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(bin, "konnect-audit"), 0o755);
    const kept = Object.entries(process.env).filter(([name]) => !/^(KONNECT|SIEM|NATS)_|COLOR/.test(name));
    const env = { ...Object.fromEntries(kept), PATH: `${bin}${delimiter}${process.env.PATH}` };
    // A process group, so that everything it started can be ended.
    this.#shell = spawn("bash", [], { cwd: folder, env, detached: true });
    this.#shell.stdin.write("exec 2>&1\n");
    this.#shell.stdout.setEncoding("utf8").on("data", (chunk) => {
      this.#output += chunk;
      this.#wake();
    });
  }

  /** The output of a command, standard error included. */
  async run(command: string): Promise<string> {
    const marker = `--- end of ${++this.#count} ---`;
    const replaced = command.replace(/\b\d{4}\b/g, (port) => String(this.ports[port] ?? port));
    this.#output = "";
    this.#shell.stdin.write(`${replaced}\necho "${marker}"\n`);
    while (!this.#output.includes(`${marker}\n`))
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    // The document shows what a terminal shows: no times before messages.
    let output = this.#output
      .slice(0, this.#output.indexOf(marker))
      .replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z (?=[✓!✗·A-Z])/gmu, "");
    for (const [port, used] of Object.entries(this.ports)) output = output.replaceAll(`:${used}`, `:${port}`);
    return output;
  }

  /** Ends everything. */
  close(): void {
    process.kill(-this.#shell.pid!, "SIGKILL");
  }
}
