/** What the harness asks of the agent in a document; undefined where there is none. */
import type { Frame } from "@playwright/test";
import { unlessCollected } from "./collected.ts";
import type {
  LeapWish,
  PageAgent,
  PageLeap,
  PageReading,
  PageState,
  PageTime,
} from "./page-agent.ts";

interface AgentScope {
  readonly __brownout?: PageAgent;
}

type Answer<T> = Promise<T | undefined>;

export function stateOf(frame: Frame, reading: PageReading): Answer<PageState> {
  return frame.evaluate((how) => (globalThis as AgentScope).__brownout?.state(how), reading);
}

export function setTimeOf(frame: Frame, time: PageTime): Answer<PageState> {
  return frame.evaluate((to) => (globalThis as AgentScope).__brownout?.setTime(to), time);
}

/** `name` is another for each leap: of one that was under way when its promise was collected, the agent still says where it came to. */
export function leapOf(frame: Frame, leap: LeapWish): Answer<PageLeap> {
  const wish = { ...leap, untilMs: Math.min(leap.untilMs, Number.MAX_SAFE_INTEGER) };
  return unlessCollected(() =>
    frame.evaluate((of) => (globalThis as AgentScope).__brownout?.leap(of), wish),
  );
}
