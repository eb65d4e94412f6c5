// Fails if a supported version of Node has passed its end of life, and nobody has decided how long it stays supported.
import { readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const { versions } = read("node-versions.json");
const today = new Date().toISOString().slice(0, 10);
const minimum = Number(/\d+/.exec(read("../package.json").engines.node)[0]);
let failed =
  minimum !== versions[0].major ||
  read("../cli/package.json").engines.node !== read("../package.json").engines.node;
if (failed)
  console.error("✗ engines in package.json, cli/package.json and etc/node-versions.json do not agree");
for (const { major, endOfLife, supportedUntil = endOfLife } of versions) {
  const isOver = today > supportedUntil;
  failed ||= isOver;
  console.log(
    `${isOver ? "✗" : "✓"} Node ${major}: end of life ${endOfLife}, supported until ${supportedUntil}`,
  );
}
if (failed)
  console.error(
    "Decide: drop the version (engines, README, workflows), or set supportedUntil and the reason",
  );
process.exitCode = failed ? 1 : 0;
