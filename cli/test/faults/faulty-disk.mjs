// Loaded before `konnect-audit listen` (node --import). Loads the command ahead and waits for the word to start, so that a
// restart takes milliseconds; and puts a disk below it that fails, hangs and fills as the seed decides.
import fs from "node:fs";
import { open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const [{ args, env, seed, lies, slowness }] = await Promise.all([
  new Promise((resolve) => {
    process.once("message", resolve);
    process.send("ready");
  }),
  ...process.env.PRELOAD.split(",").map((file) => import(file)),
]);
process.argv.push(...args);
Object.assign(process.env, env);
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// A command that fails while it starts has to end.
process.channel.unref();

const random = mulberry32([...seed].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), 7));
const handle = await open(new URL(import.meta.url));
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const { appendFile, sync } = prototype;

if (lies) {
  // A disk that says "done" and writes later; whoever asks for the size of the file is told that all is there.
  let promised = 0;
  prototype.appendFile = async function (bytes) {
    promised += bytes.length;
    setTimeout(async () => {
      await appendFile.call(this, bytes).catch(() => {});
      promised -= bytes.length;
    }, 40 * slowness);
  };
  prototype.sync = async () => {};
  const { lstatSync } = fs;
  fs.lstatSync = (path, options) => {
    const found = lstatSync(path, options);
    if (found && path.endsWith(".log")) found.size += promised;
    return found;
  };
  syncBuiltinESMExports();
} else {
  prototype.appendFile = async function (bytes) {
    const luck = random();
    if (luck < 0.03) throw Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
    if (luck < 0.06) await sleep(600);
    if (luck < 0.12) {
      // A disk that fills in the middle of a batch.
      await appendFile.call(this, bytes.subarray(0, Math.floor(bytes.length * random())));
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    }
    await appendFile.call(this, bytes);
  };
  prototype.sync = async function () {
    if (random() < 0.03) throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" });
    await sync.call(this);
  };
}

function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
