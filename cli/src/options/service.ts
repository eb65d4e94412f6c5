import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { duration } from "./time.js";

/** The options of a command that runs until it is stopped. */
export interface ServiceOptions {
  health?: HealthAddress | undefined;
  /** How long it may take to stop, in ms. */
  drain: number;
}

/** Where health and metrics are answered. */
interface HealthAddress {
  host: string;
  port: number;
}

/** Adds `--health` and `--drain`. */
export function withService<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command
    .option(
      "--health <[host:]port>",
      "answer /healthz, /readyz and /metrics (Prometheus) there, on 127.0.0.1 unless a host is given",
      healthAddress,
    )
    .addOption(
      new Option("--drain <time>", "how long to finish what is in progress when stopped")
        .argParser(duration)
        .default(25_000, "25s"),
    );
}

function healthAddress(text: string): HealthAddress {
  const [, host = "127.0.0.1", port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new InvalidArgumentError("It must be a port, or an address and a port, such as 0.0.0.0:9090.");
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}
