/** Runs things in turn, round after round, so that what else the machine does meets all of them alike. */
export async function interleaved(
  runs: Record<string, () => number | Promise<number>>,
  rounds: number,
): Promise<Record<string, number[]>> {
  const results: Record<string, number[]> = {};
  for (const name of Object.keys(runs)) results[name] = [];
  // Round 0 warms up.
  for (let round = 0; round <= rounds; round++)
    for (const [name, run] of Object.entries(runs)) {
      const value = await run();
      if (round > 0) results[name]!.push(value);
    }
  return results;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** How many a second `work` does, which tells how many it did. */
export async function rate(work: () => number | Promise<number>): Promise<number> {
  const start = performance.now();
  const count = await work();
  return count / ((performance.now() - start) / 1000);
}

/** The ratio of two in each round, and between which values it lay. */
export function ratio(
  of: readonly number[],
  to: readonly number[],
): { median: number; low: number; high: number } {
  const ratios = of.map((value, i) => value / to[i]!);
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}

export function row(what: string, beside: string, { median, low, high }: ReturnType<typeof ratio>): void {
  const spread = `${low.toFixed(2)}-${high.toFixed(2)}`;
  console.log(
    `| ${what.padEnd(46)} | ${beside.padEnd(44)} | ${median.toFixed(2).padStart(6)} | ${spread.padStart(11)} |`,
  );
}
