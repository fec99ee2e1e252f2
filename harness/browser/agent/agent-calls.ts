/** What the harness asks of the agent in a document; undefined where there is none. */
import type { Frame } from "@playwright/test";
import type { DeviceState } from "../../core/device.ts";
import { unlessCollected } from "../collected-promises.ts";
import type {
  DocumentTime,
  LeapRequest,
  PageAgent,
  PageLeap,
  PageReading,
  PageState,
} from "./agent-protocol.ts";

interface AgentScope {
  readonly __brownout?: PageAgent;
}

type Answer<T> = Promise<T | undefined>;

export function stateOf(frame: Frame, reading: PageReading): Answer<PageState> {
  return frame.evaluate((how) => (globalThis as AgentScope).__brownout?.state(how), reading);
}

export function setTimeOf(
  frame: Frame,
  time: DocumentTime,
  device: DeviceState,
): Answer<PageState> {
  return frame.evaluate(
    (to) => (globalThis as AgentScope).__brownout?.setTime(to.time, to.device),
    { time, device },
  );
}

/** Leaps in a document. If the promise of the call was collected, the agent is asked again for the leap of that name. */
export function leapOf(frame: Frame, leap: LeapRequest): Answer<PageLeap> {
  const limited = { ...leap, untilMs: Math.min(leap.untilMs, Number.MAX_SAFE_INTEGER) };
  return unlessCollected(() =>
    frame.evaluate((of) => (globalThis as AgentScope).__brownout?.leap(of), limited),
  );
}
