/** What the harness asks of the agent in a document; undefined where there is none. */
import type { Frame } from "@playwright/test";
import type { DeviceState } from "../../core/device.ts";
import { unlessCollected } from "../collected-promises.ts";
import { sessionOfPage } from "../page-session.ts";
import type {
  DocumentTime,
  LeapRequest,
  PageAgent,
  PageLeap,
  PageReading,
  PageState,
} from "./agent-protocol.ts";

type Answer<T> = Promise<T | undefined>;

export function stateOf(frame: Frame, reading: PageReading): Answer<PageState> {
  return askAgent(frame, { method: "state", values: [reading] });
}

export function setTimeOf(
  frame: Frame,
  time: DocumentTime,
  device: DeviceState,
): Answer<PageState> {
  return askAgent(frame, { method: "setTime", values: [time, device] });
}

/** Leaps in a document. If the promise of the call was collected, the agent is asked again for the leap of that name. */
export function leapOf(frame: Frame, leap: LeapRequest): Answer<PageLeap> {
  const limited = { ...leap, untilMs: Math.min(leap.untilMs, Number.MAX_SAFE_INTEGER) };
  return unlessCollected(() => askAgent(frame, { method: "leap", values: [limited] }));
}

/** A call of the agent; its values are plain data. */
interface AgentCall {
  readonly method: keyof PageAgent;
  readonly values: readonly object[];
}

/**
 * Calls the agent of a document: of a page's own by the browser's protocol, which takes half the
 * processor time of Playwright's `evaluate` with its serializers on both sides; a run makes
 * hundreds of these calls.
 */
async function askAgent<T>(frame: Frame, { method, values }: AgentCall): Answer<T> {
  const page = frame.page();
  const expression = `globalThis.__brownout?.${method}(${values.map((value) => JSON.stringify(value)).join(", ")})`;
  if (frame !== page.mainFrame()) return frame.evaluate<T | undefined>(expression);
  const session = await sessionOfPage(page);
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails !== undefined)
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value as T | undefined;
}
