/** Takes a lease at a moment, holds it, and tells what came of it: `lease-child.ts PATH MOMENT`. */
import { setTimeout as sleep } from "node:timers/promises";
import { Lease } from "../../src/archive/lease.js";
import { testContext } from "../support/context.js";

const [, , path = "", moment = "0"] = process.argv;
while (Date.now() < Number(moment)) await sleep(1);
try {
  const lease = await Lease.take(path, testContext().context);
  // Long enough for the other one to take it by mistake.
  await sleep(300);
  lease.check();
  process.stdout.write("held\n");
  await sleep(5_000);
} catch (error) {
  process.stdout.write(`${(error as { status?: number }).status ?? error}\n`);
}
process.exit();
