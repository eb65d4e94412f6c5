import { command } from "./command.js";
import { forwardFiles } from "./siem/files.js";
import { forward, type Item } from "./siem/forward.js";
import { forwardStream } from "./siem/jetstream.js";
import { targets } from "./siem/targets.js";

const help = `Forwards audit records to a SIEM that does not take Konnect's form. A record is done only when the target took it; one that it
never takes goes to a dead-letter file, and blocks nothing. Kill it when you like: run again, it goes on where it stood.

  npx tsx examples/forward-to-siem.ts --target splunk|datadog|elastic|loki|otlp --url URL FILE...
  npx tsx examples/forward-to-siem.ts --target ... --url URL --servers nats://127.0.0.1:4222
  npx tsx examples/forward-to-siem.ts --target cloudwatch --group GROUP --stream STREAM FILE...

  SIEM_CREDENTIAL   Splunk's token, Datadog's key; for the others what they want in Authorization, if anything

  --url             the target without the path: https://splunk.example.com:8088, https://http-intake.logs.datadoghq.eu
  --index           Elastic's index or data stream (default: logs-konnect.audit-default)
  --dead-letter     where poison records go (default: dead-letter.jsonl)
  --state           what of the files is done (default: forwarded.json)
  --servers         read from NATS JetStream instead of files, until Ctrl-C or SIGTERM
  --name            the durable consumer there (default: siem-TARGET); several with one name share the work
  --batch           records at once (default: 2000)
  --min-wait        the first wait when the target is busy, in ms (default: 1000)`;

const options = {
  target: { type: "string" },
  url: { type: "string" },
  index: { type: "string" },
  group: { type: "string" },
  stream: { type: "string" },
  servers: { type: "string" },
  name: { type: "string" },
  batch: { type: "string", default: "2000" },
  state: { type: "string", default: "forwarded.json" },
  "dead-letter": { type: "string", default: "dead-letter.jsonl" },
  "min-wait": { type: "string", default: "1000" },
} as const;

await command(help, options, async (values, files) => {
  const { target: to = "", servers, name = `siem-${to}`, state, ...where } = values;
  if (!Object.hasOwn(targets, to))
    throw new Error(`--target must be one of ${Object.keys(targets).join(", ")}`);
  if (to !== "cloudwatch" && !URL.canParse(where.url ?? ""))
    throw new Error("--url is required: the URL of the target");
  if (servers === undefined && files.length === 0) throw new Error("give files to forward, or --servers");
  const { SIEM_CREDENTIAL: credential } = process.env;
  if (credential !== undefined && !/^[\x20-\x7e]+$/.test(credential))
    throw new Error("SIEM_CREDENTIAL is empty or not a valid header value; does it contain a line break?");
  const url = (where.url ?? "").replace(/\/$/, "");
  const target = await targets[to]!({ ...where, url, ...(credential && { credential }) });
  const size = whole("--batch", values.batch);
  const stopped = new AbortController();
  const limits = {
    deadLetter: values["dead-letter"],
    minTimeout: whole("--min-wait", values["min-wait"]),
    signal: stopped.signal,
  };
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => stopped.abort(new Error("stopped; run it again to continue")));
  const send = (items: Item[]) => forward(items, target, limits);
  if (servers !== undefined) await forwardStream({ servers, name, size, signal: stopped.signal }, send);
  else console.log(`✓ ${await forwardFiles(files, size, state, send)} records forwarded to ${to}`);
});

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${name} must be an integer from 1 to 999999`);
  return Number(text);
}
