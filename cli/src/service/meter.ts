import type { Registry } from "prom-client";
import { version } from "../../package.json";

type Labels = Record<string, string>;

/** Counts what a service does. Without `--health` it does nothing. */
export interface Meter {
  /** Whether nobody asks for its values. */
  readonly isOff: boolean;
  /** Adds to a counter. */
  add(name: CounterName, count?: number, labels?: Labels): void;
  /** Brings a counter to what something else has counted. */
  total(name: CounterName, count: number, labels?: Labels): void;
  /** Sets a gauge. */
  set(name: GaugeName, value: number, labels?: Labels): void;
  /** Adds a time to a histogram, in ms. */
  observe(name: HistogramName, ms: number): void;
  /** Adds a function that runs before each scrape, and sets values. */
  onScrape(collect: () => void | Promise<void>): void;
}

/** What only some services count, by command. */
export type Command = "listen" | "pull" | "tail" | "forward";

interface Metric {
  help: string;
  commands: readonly Command[];
  /** The values that a label can have, all of which begin at 0: a first increase would be missed otherwise. */
  labels?: Record<string, readonly string[]>;
}

const FOLLOWERS = ["pull", "tail"] as const;
/** Labels whose values the service knows when it begins. */
const GIVEN: readonly string[] = [];

const COUNTERS = {
  deliveries_total: {
    help: "Deliveries received, by HTTP status of the answer.",
    commands: ["listen"],
    labels: { code: ["204", "400", "401", "405", "413", "429", "500"] },
  },
  records_total: { help: "Records newly stored or printed.", commands: ["listen", ...FOLLOWERS] },
  duplicates_total: { help: "Records that came again and were stored before.", commands: ["listen"] },
  verifications_total: {
    help: "Records by the verdict on their signature.",
    commands: ["listen"],
    labels: { status: ["valid", "invalid", "unsigned", "malformed", "unverifiable"] },
  },
  rejected_total: {
    help: "Deliveries and groups of records that went to rejected.jsonl, by reason.",
    commands: ["listen"],
    labels: { reason: ["broken", "too_large", "too_long", "not_valid"] },
  },
  polls_total: {
    help: "Requests to Konnect for new records, by result.",
    commands: FOLLOWERS,
    labels: { result: ["ok", "failed"] },
  },
  forwarded_total: {
    help: "Records that the target took.",
    commands: ["forward"],
    labels: { target: GIVEN },
  },
  forward_refused_total: {
    help: "Records that the target refused for good: they are in the dead-letter file.",
    commands: ["forward"],
    labels: { target: GIVEN },
  },
  forward_retries_total: {
    help: "Requests that the target did not take, and that are repeated.",
    commands: ["forward"],
    labels: { target: GIVEN },
  },
} satisfies Record<string, Metric>;

const GAUGES = {
  last_record_timestamp_seconds: {
    help: "When the newest record happened, by Konnect's clock.",
    commands: ["listen", ...FOLLOWERS],
  },
  last_stored_timestamp_seconds: {
    help: "When records were last stored or printed; until then, when the service started.",
    commands: ["listen", ...FOLLOWERS],
  },
  batches_in_progress: { help: "Deliveries in progress.", commands: ["listen"] },
  archive_bytes: { help: "Size of the segments in the folder.", commands: ["listen", "pull"] },
  last_poll_timestamp_seconds: {
    help: "When Konnect last answered a request for new records.",
    commands: FOLLOWERS,
  },
  forward_position_timestamp_seconds: {
    help: "When the newest forwarded record happened, by Konnect's clock.",
    commands: ["forward"],
    labels: { target: GIVEN },
  },
} satisfies Record<string, Metric>;

const HISTOGRAMS = {
  store_duration_seconds: { help: "Time to make a batch durable.", commands: ["listen"] },
} satisfies Record<string, Metric>;

type CounterName = keyof typeof COUNTERS;
type GaugeName = keyof typeof GAUGES;
type HistogramName = keyof typeof HISTOGRAMS;

const PREFIX = "konnect_audit_";
/** The upper bounds of the histogram, in s. */
const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** A meter that counts nothing. */
export const noMeter: Meter = { isOff: true, add() {}, total() {}, set() {}, observe() {}, onScrape() {} };

/** A meter of Prometheus, and the text of its metrics. `given` are labels whose only value is known. */
export async function createMeter(
  command: Command,
  given: Labels = {},
): Promise<{ meter: Meter; registry: Registry; text: () => Promise<string> }> {
  const { Registry, Counter, Gauge, Histogram, collectDefaultMetrics } = await import("prom-client");
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: `${PREFIX}build_info`,
    help: "Version of konnect-audit, and the command that runs.",
    labelNames: ["version", "command"],
    registers,
  });
  build.set({ version, command }, 1);
  const make = <T>(table: Record<string, Metric>, create: (name: string, metric: Metric) => T) =>
    new Map(
      Object.entries(table)
        .filter(([, { commands }]) => commands.includes(command))
        .map(([name, metric]) => [name, create(PREFIX + name, metric)]),
    );
  const zeros = ({ labels = {} }: Pick<Metric, "labels">): Labels[] => {
    const [name, values] = Object.entries(labels)[0] ?? [];
    if (name === undefined || values === undefined) return [{}];
    return (values === GIVEN ? [given[name] ?? ""] : values).map((value) => ({ [name]: value }));
  };
  const counters = make(COUNTERS, (name, metric) => {
    const counter = new Counter({
      name,
      help: metric.help,
      labelNames: Object.keys(metric.labels ?? {}),
      registers,
    });
    for (const labels of zeros(metric)) counter.inc(labels, 0);
    return counter;
  });
  const gauges = make(GAUGES, (name, metric) => {
    const gauge = new Gauge({
      name,
      help: metric.help,
      labelNames: Object.keys(metric.labels ?? {}),
      registers,
    });
    for (const labels of zeros(metric)) gauge.set(labels, 0);
    return gauge;
  });
  const histograms = make(
    HISTOGRAMS,
    (name, { help }) => new Histogram({ name, help, buckets: BUCKETS, registers }),
  );
  const collectors: (() => void | Promise<void>)[] = [];
  const totals = new Map<string, number>();
  const meter: Meter = {
    isOff: false,
    add: (name, count = 1, labels = given) => counters.get(name)?.inc(labels, count),
    total(name, count, labels = given) {
      const key = `${name} ${JSON.stringify(labels)}`;
      meter.add(name, count - (totals.get(key) ?? 0), labels);
      totals.set(key, count);
    },
    set: (name, value, labels = given) => gauges.get(name)?.set(labels, value),
    observe: (name, ms) => histograms.get(name)?.observe(ms / 1_000),
    onScrape: (collect) => void collectors.push(collect),
  };
  const text = async () => {
    for (const collect of collectors) await collect();
    return registry.metrics();
  };
  return { meter, registry, text };
}
