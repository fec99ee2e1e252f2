/** What benchmarks share: real time, processor time, medians and the exponent of growth. Ratios are for reading, never for tests. */
import process from "node:process";

// Taken before any clock is installed: afterwards they give virtual time.
const realNow = process.hrtime.bigint.bind(process.hrtime);
const processorTime = process.cpuUsage.bind(process);

/** Milliseconds that `work` takes. */
export type Measure = (work: () => Promise<unknown>) => Promise<number>;

/** Real milliseconds. */
export const timed: Measure = async (work) => {
  const began = realNow();
  await work();
  return Number(realNow() - began) / 1e6;
};

/** Milliseconds of processor time of this process, which other work on the machine changes least. */
export const processorTimed: Measure = async (work) => {
  const before = processorTime();
  await work();
  const { user, system } = processorTime(before);
  return (user + system) / 1e3;
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Slope of log time over log size, least squares: 1 is linear. */
export function growthExponent(points: readonly (readonly [size: number, ms: number])[]): number {
  const logs = points.map(([size, ms]) => [Math.log(size), Math.log(ms)] as const);
  const mean = (index: 0 | 1): number =>
    logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const above = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

/** Runs each contender once as a warm-up, then `rounds` times in turn; median ms of each. */
export async function inTurn<Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<unknown>>>,
  rounds: number,
  measure: Measure = timed,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (const name of names) await contenders[name]();
  for (let round = 0; round < rounds; round += 1) {
    // Turns, so that a noisy neighbour troubles all contenders alike.
    for (const name of names) times[name].push(await measure(contenders[name]));
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<
    Name,
    number
  >;
}
