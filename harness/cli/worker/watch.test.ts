import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createWatch } from "./watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("calls when nothing was heard for so long, and once", () => {
  const onSilence = vi.fn<() => void>();
  const watch = createWatch(24_000, onSilence);
  watch.heard();
  vi.advanceTimersByTime(23_000);
  watch.heard();
  vi.advanceTimersByTime(23_900);
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(onSilence).toHaveBeenCalledTimes(1);
});

it("calls no more when nothing is expected", () => {
  const onSilence = vi.fn<() => void>();
  const watch = createWatch(24_000, onSilence);
  watch.heard();
  watch.rest();
  vi.advanceTimersByTime(60_000);
  expect(onSilence).not.toHaveBeenCalled();
});

// S21: a timer that is due while the process is stopped fires once when it goes on.
it("does not count the time in which this process was stopped", () => {
  const onSilence = vi.fn<() => void>();
  const watch = createWatch(24_000, onSilence);
  watch.heard();
  vi.setSystemTime(Date.now() + 600_000);
  vi.advanceTimersByTime(1_000);
  expect(onSilence).not.toHaveBeenCalled();
});
