import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createLog } from "../../src/output/log.js";
import { wrap } from "../../src/output/wrap.js";

const now = () => new Date("2026-12-01T08:00:00.123Z");

/** What a log writes. */
function written(options: Parameters<typeof createLog>[0], say: (log: ReturnType<typeof createLog>) => void) {
  let text = "";
  say(createLog({ now, write: (line) => (text += line), ...options }));
  return text;
}

describe("the log", () => {
  it("begins each line with its time where it is not read on a terminal", () => {
    expect(written({ isTimed: true }, (log) => log.warn("slow"))).toBe("2026-12-01T08:00:00.123Z ! slow\n");
    expect(written({ isTimed: false }, (log) => log.info("✓ done"))).toBe("✓ done\n");
  });

  it("writes one JSON object per message for machines, without the marks", () => {
    const text = written({ format: "json" }, (log) => {
      log.info("✓ listening", { port: 8080 });
      log.error("gone");
    });
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { time: "2026-12-01T08:00:00.123Z", level: "info", message: "listening", port: 8080 },
      { time: "2026-12-01T08:00:00.123Z", level: "error", message: "gone" },
    ]);
  });

  it.each(["text", "json"] as const)("never writes a control character of a server in %s", (format) => {
    const text = written({ format, isTimed: true }, (log) => log.warn("a\nb\u001b[31m\u202ec\u2028"));
    expect(text.trimEnd()).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe("wrapped text", () => {
  it("fits a terminal, with an indent, and is one line elsewhere", () => {
    const text = "Check that the endpoint is reachable from the internet.";
    const terminal = Object.assign(new Writable(), { isTTY: true, columns: 40 });
    expect(wrap(text, 10, terminal)).toBe(
      "Check that the endpoint is\n          reachable from the internet.",
    );
    expect(wrap(text, 10, new Writable())).toBe(text);
  });
});
