/**
 * The other ways to read the time, on virtual time: `process.hrtime` and `uptime`, the origin and
 * the marks of `performance`, and `Intl.DateTimeFormat` without an argument.
 */
import type { VirtualClock } from "./virtual-clock.ts";
import type { Replace, ReplaceGetter } from "./waits/patching.ts";

type FormatNow = (this: Intl.DateTimeFormat, date?: Date | number) => unknown;

export interface ReadingsOptions {
  readonly replace: Replace;
  readonly replaceGetter: ReplaceGetter;
  /** When the clock was put in place: the readings go on from there; ms since the Unix epoch, virtual. */
  readonly bornAtMs: number;
}

/** Replaces all of them, `performance.now` included. */
export function putReadingsOn(
  clock: VirtualClock,
  { replace, replaceGetter, bornAtMs }: ReadingsOptions,
): void {
  const passedMs = (): number => clock.read() - bornAtMs;
  // What the computer's clock shows may be wrong; what measures time is not set.
  const shownMs = (): number => clock.read() + clock.wall.shiftMs();
  const uptimeMs = process.uptime() * 1_000;
  replace(process, "uptime", () => (uptimeMs + passedMs()) / 1_000);
  replaceHighResolution(passedMs, replace);
  replace(performance, "now", passedMs);
  replace(performance, "timeOrigin", bornAtMs);
  const { mark, measure } = performance;
  replace(performance, "mark", (name: string, options: PerformanceMarkOptions = {}) =>
    mark.call(performance, name, { startTime: passedMs(), ...options }),
  );
  replace(
    performance,
    "measure",
    (name: string, from?: string | PerformanceMeasureOptions, to?: string) =>
      measure.call(performance, name, measured(from, to, passedMs())),
  );
  const { prototype } = Intl.DateTimeFormat;
  const real = Object.getOwnPropertyDescriptor(prototype, "format")?.get as (
    this: Intl.DateTimeFormat,
  ) => (date?: Date | number) => string;
  replaceGetter(prototype, "format", function (this: Intl.DateTimeFormat) {
    const format = Reflect.apply(real, this, []);
    return (date?: Date | number) => format(date ?? shownMs());
  });
  const toParts = prototype.formatToParts as FormatNow;
  replace(prototype, "formatToParts", function (this: Intl.DateTimeFormat, date?: Date | number) {
    return Reflect.apply(toParts, this, [date ?? shownMs()]) as unknown;
  });
}

function replaceHighResolution(passedMs: () => number, replace: Replace): void {
  const startedNs = process.hrtime.bigint();
  const nowNs = (): bigint => startedNs + BigInt(Math.round(passedMs() * 1e6));
  const hrtime = (before?: readonly [number, number]): [number, number] => {
    const ns =
      nowNs() -
      (before === undefined ? 0n : BigInt(before[0]) * 1_000_000_000n + BigInt(before[1]));
    const seconds = ns / 1_000_000_000n;
    const rest = ns % 1_000_000_000n;
    return rest < 0n
      ? [Number(seconds - 1n), Number(rest + 1_000_000_000n)]
      : [Number(seconds), Number(rest)];
  };
  replace(process, "hrtime", Object.assign(hrtime, { bigint: nowNs }));
}

/** What is not given ends now, and begins with the process. */
function measured(
  from: string | PerformanceMeasureOptions | undefined,
  to: string | undefined,
  nowMs: number,
): PerformanceMeasureOptions {
  if (typeof from !== "object") return { start: from ?? 0, end: to ?? nowMs };
  const hasEnd =
    from.end !== undefined || (from.start !== undefined && from.duration !== undefined);
  return hasEnd ? from : { ...from, end: nowMs };
}
