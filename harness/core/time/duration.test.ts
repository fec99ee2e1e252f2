import { expect, it } from "vitest";
import { days, formatDuration, hours, minutes, seconds } from "./duration.ts";

it.each([
  [0, "0s"],
  [5, "0.005s"],
  [seconds(61), "1m 1s"],
  [minutes(90), "1h 30m"],
  [hours(6), "6h"],
  [hours(6) + seconds(30), "6h 0m 30s"],
  [days(1) + minutes(30), "1d 0h 30m"],
  [days(2) + 5, "2d 0h 0m 0.005s"],
  [93_784_005, "1d 2h 3m 4.005s"],
  [-minutes(3), "-3m"],
])("%d ms is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
