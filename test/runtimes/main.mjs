// Runs the smoke test in Node, Bun and Deno. Prints its result as JSON.
import { readFileSync } from "node:fs";
import { receive } from "./receiver.mjs";
import { smoke } from "./smoke.mjs";

const config = JSON.parse(readFileSync(new URL("config.json", import.meta.url), "utf8"));
console.log(JSON.stringify({ ...(await smoke(config)), receiver: await receive(config) }));
