import type { AnyTarget, TargetOptions } from "./target.js";

type Factory = (options: TargetOptions) => Promise<AnyTarget>;

/** Whom records can be forwarded to. Each is loaded only when it is used. */
export const targets = {
  syslog: async (options) => (await import("./syslog.js")).syslog(options),
  http: async (options) => (await import("./raw-http.js")).rawHttp(options),
  splunk: async (options) => (await import("./splunk.js")).splunk(options),
  datadog: async (options) => (await import("./datadog.js")).datadog(options),
  elastic: async (options) => (await import("./elastic.js")).elastic(options),
  loki: async (options) => (await import("./loki.js")).loki(options),
  otlp: async (options) => (await import("./otlp.js")).otlp(options),
  cloudwatch: async (options) => (await import("./cloudwatch.js")).cloudwatch(options),
} satisfies Record<string, Factory>;
