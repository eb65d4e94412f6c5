/**
 * How much longer `work` takes on an input eight times as large: about 8 when its time is linear, about 64 when it is
 * quadratic. The best of several runs each, and tried again while the machine is busy: only a steady excess counts.
 */
export function growth(work: (size: number) => () => void, size = 1 << 15, enough = 24): number {
  const small = work(size);
  const large = work(size * 8);
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 20 && least >= enough; tries++) {
    least = Math.min(least, fastest(large) / fastest(small));
  }
  return least;
}

function fastest(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  // Below a hundredth of a millisecond the clock decides, not the work.
  return Math.max(best, 0.01);
}
