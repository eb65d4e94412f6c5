import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { interleaved, ratio, row } from "./rounds.js";

const main = fileURLToPath(new URL("../cli/dist/main.js", import.meta.url));

/** How long `konnect-audit --version` takes, as a multiple of an empty Node. */
export async function benchStart(rounds: number): Promise<void> {
  const time = (...args: string[]) => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args);
    if (status !== 0) throw new Error(stderr.toString());
    return performance.now() - start;
  };
  const results = await interleaved(
    { node: () => time("-e", "0"), version: () => time(main, "--version") },
    rounds,
  );
  row("time of konnect-audit --version", "time of node -e 0", ratio(results.version!, results.node!));
}
