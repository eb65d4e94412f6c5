import { type Profiler, Session } from "node:inspector";

/** How often a piece of code ran, coarsely: a loop that runs 5 or 6 times is the same. */
function bucket(count: number): number {
  return count < 4 ? count : 2 ** Math.ceil(Math.log2(count));
}

/** Tells which inputs reach something new, by V8's own counters: what AFL does with instrumentation. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();
  readonly #files: RegExp;

  /** @param files the sources that count */
  constructor(files: RegExp) {
    this.#files = files;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** True when what ran since the last call took a way that none took before. */
  isNew(): boolean {
    let isNew = false;
    // In this thread the answer comes before `post` returns. It resets the counters.
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) throw error;
      for (const script of answer.result)
        if (this.#files.test(script.url))
          for (const one of script.functions) if (this.#note(script.url, one)) isNew = true;
    });
    return isNew;
  }

  get ways(): number {
    return this.#seen.size;
  }

  #note(url: string, { functionName, ranges }: Profiler.FunctionCoverage): boolean {
    // With the ranges that did not run: V8 merges ranges of equal counts, so those that ran do not tell enough.
    const way = ranges.map(({ startOffset, count }) => `${startOffset}:${bucket(count)}`).join();
    const key = `${url} ${functionName} ${way}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
