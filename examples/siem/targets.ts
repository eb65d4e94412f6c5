import { datadog } from "./datadog.js";
import { elastic } from "./elastic.js";
import type { Target } from "./forward.js";
import { loki } from "./loki.js";
import { otlp } from "./otlp.js";
import type { TargetOptions } from "./post.js";
import { splunk } from "./splunk.js";

/** Whom records can be forwarded to. */
export const targets: Record<string, (options: TargetOptions) => Target | Promise<Target>> = {
  splunk,
  datadog,
  elastic,
  loki,
  otlp,
  // Only who forwards there needs AWS's client.
  cloudwatch: async (options) => (await import("./cloudwatch.js")).cloudwatch(options),
};
