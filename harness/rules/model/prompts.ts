/**
 * The prompts of a history: when a person was asked to act, and whether that was their own
 * wish. In a browser a person is asked as well by a popup or a redirect whose page is ill:
 * the application has sent them there, and no sign-in page came to be recorded.
 */
import type { Flow, History, OperationInvoked, PromptShown } from "../../history/event.ts";
import { operationsOf, type Operation } from "./reading.ts";

/** A person was asked to sign in. */
export interface Asking {
  /** The prompt, or the call that opened a popup or left the page. */
  readonly event: PromptShown | OperationInvoked;
  readonly index: number;
  readonly at: number;
  readonly client: string;
  readonly user?: string;
  /** The call behind it, when there is one. */
  readonly call?: OperationInvoked;
}

/** Every prompt, in order. */
export function promptsOf({ events }: History): readonly PromptShown[] {
  return events.filter((event): event is PromptShown => event.kind === "prompt-shown");
}

/** Whether a person wished for this prompt: choosing or creating an account is not the client's idea. */
export function isDeliberate({ prompt }: PromptShown): boolean {
  return prompt === "select_account" || prompt === "create";
}

/** Every time a person was asked, in order: each prompt, and each popup or redirect that ended badly without one. */
export function askingsOf(history: History): readonly Asking[] {
  const prompts = promptsOf(history);
  const prompted = new Set(prompts.map(({ operation }) => operation));
  const bare = pageCallsOf(history).filter(
    ({ invoked, completed }) => completed?.outcome !== "ok" && !prompted.has(invoked.operation),
  );
  return askings(history, prompts, bare);
}

/** Every time an application turned to interaction, in order: each popup and redirect, and each prompt of another call. */
export function interactionsOf(history: History): readonly Asking[] {
  const opening = pageCallsOf(history);
  const opened = new Set(opening.map(({ invoked }) => invoked.operation));
  const others = promptsOf(history).filter(({ operation = -1 }) => !opened.has(operation));
  return askings(history, others, opening);
}

/** The calls of a page that open a sign-in page by being made. */
function pageCallsOf(history: History): readonly Operation[] {
  return operationsOf(history).filter(({ invoked }) => pageFlows.has(invoked.flow));
}

const pageFlows: ReadonlySet<Flow> = new Set(["popup", "redirect"]);

function askings(
  history: History,
  prompts: readonly PromptShown[],
  opening: readonly Operation[],
): readonly Asking[] {
  const calls = new Map(operationsOf(history).map(({ invoked }) => [invoked.operation, invoked]));
  return [
    ...prompts.map((event) => askingOf(event, calls.get(event.operation ?? -1))),
    ...opening.map(({ invoked }) => askingOf(invoked, invoked)),
  ].sort((a, b) => a.index - b.index);
}

function askingOf(event: Asking["event"], call: OperationInvoked | undefined): Asking {
  const { index, at, client } = event;
  const user = event.user ?? call?.user;
  return {
    event,
    index,
    at,
    client,
    ...(user === undefined ? {} : { user }),
    ...(call === undefined ? {} : { call }),
  };
}
