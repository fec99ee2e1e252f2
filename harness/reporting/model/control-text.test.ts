import { expect, it } from "vitest";
import { minutes } from "../../core/time/duration.ts";
import type { Control } from "./control.ts";
import { controlText } from "./control-text.ts";

const throttled = { id: "throttled", from: minutes(10) };
const outage = { id: "outage", from: 0 };

it.each<[Control, string]>([
  [
    { kind: "caused", causes: [[throttled]], without: "pass" },
    "Caused by `throttled` at +10m; without it, the rule passes.",
  ],
  [
    { kind: "caused", causes: [[outage, throttled]], without: "inconclusive" },
    "Caused by `outage` at +0s and `throttled` at +10m together; without them, the rule has nothing to judge.",
  ],
  [
    { kind: "caused", causes: [[outage], [throttled]], without: "fail" },
    "Caused by each of these by itself: `outage` at +0s; `throttled` at +10m; without them, the other faults cause it, too.",
  ],
  [
    { kind: "not-of-the-outage", message: "it did it twice." },
    "Not of the outage: it fails without any fault, too. There it says: it did it twice.",
  ],
  [
    { kind: "not-repeatable", line: 7 },
    "No cause can be named: the same run with the same seed left another journal, from line 7 on.",
  ],
  [
    { kind: "unfinished", reason: "the time for controls was over" },
    "Its cause was not found: the time for controls was over.",
  ],
])("%j", (control, text) => {
  expect(controlText(control)).toBe(text);
});
