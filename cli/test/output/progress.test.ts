import { describe, expect, it } from "vitest";
import { createProgress } from "../../src/output/progress.js";
import { testContext } from "../support/context.js";

function terminal(isTTY: boolean, columns = 200) {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 };
  return { stream: stream as unknown as NodeJS.WriteStream, written };
}

describe("progress", () => {
  it("is one line on a terminal, with share, rate and time left, and is removed at the end", () => {
    const { stream, written } = terminal(true);
    const { context, messages } = testContext();
    let now = 0;
    const progress = createProgress({ log: context.log, stream, now: () => now });
    for (now of [1_000, 1_050, 10_000]) progress.at(now / 40_000, now);
    progress.end();
    progress.end();
    expect(written).toEqual([
      "\r\u001b[K░░░░░░░░░░░░░░░░░░░░   2 %, 1,000 records, 1,000/s, 39 s left",
      "\r\u001b[K█████░░░░░░░░░░░░░░░  25 %, 10,000 records, 1,000/s, 30 s left",
      "\r\u001b[K",
    ]);
    expect(messages).toEqual([]);
  });

  it("is cut to the terminal, and leaves the share out where there is no end", () => {
    const { stream, written } = terminal(true, 20);
    createProgress({ log: testContext().context.log, stream, now: () => 0 }).at(undefined, 5);
    expect(written).toEqual(["\r\u001b[K5 records, 0/s"]);
    const half = terminal(true, 20);
    createProgress({ log: testContext().context.log, stream: half.stream, now: () => 0 }).at(0.5, 5);
    expect(half.written[0]!.length).toBe(4 + 19);
  });

  it("is a plain line every 30 s elsewhere, and nothing with --quiet", () => {
    const { stream, written } = terminal(false);
    const { context, messages } = testContext();
    let now = 0;
    const progress = createProgress({ log: context.log, stream, now: () => now });
    const quiet = createProgress({ log: { ...context.log, isQuiet: true }, stream, now: () => now });
    for (now = 0; now < 100_000; now += 1_000) {
      progress.at(now / 100_000, now);
      quiet.at(now / 100_000, now);
    }
    expect(messages).toHaveLength(3);
    expect(messages[0]).toMatch(/30 %, 30,000 records, 1,000\/s, 2 min left/);
    expect(written).toEqual([]);
  });
});
