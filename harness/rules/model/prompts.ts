/**
 * The sign-in prompts of a history: when a person was asked to sign in, and whether they chose
 * to. In a browser, a popup or redirect to a sign-in page that fails asks a person as well,
 * although no prompt was recorded.
 */
import type { Flow, History, OperationInvoked, PromptShown } from "../../history/event.ts";
import { operationsOf, type Operation } from "./exchanges.ts";
import { hasSucceeded } from "./success.ts";

/** A person was asked to sign in. */
export interface SignInPrompt {
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

/** Whether the person chose this prompt: to select or create an account. */
export function isChosenByUser({ prompt }: PromptShown): boolean {
  return prompt === "select_account" || prompt === "create";
}

/** Every time a person was asked to sign in, in order: each prompt, and each popup or redirect that failed without one. */
export function signInPromptsOf(history: History): readonly SignInPrompt[] {
  const prompts = promptsOf(history);
  const prompted = new Set(prompts.map(({ operation }) => operation));
  const withoutPrompt = pageCallsOf(history).filter(
    (call) => !hasSucceeded(history, call) && !prompted.has(call.invoked.operation),
  );
  return createPrompts(history, prompts, withoutPrompt);
}

/** Every time an application turned to interaction, in order: each popup and redirect, and each prompt of another call. */
export function interactionsOf(history: History): readonly SignInPrompt[] {
  const opening = pageCallsOf(history);
  const opened = new Set(opening.map(({ invoked }) => invoked.operation));
  const others = promptsOf(history).filter(({ operation = -1 }) => !opened.has(operation));
  return createPrompts(history, others, opening);
}

/** The calls of a page that open a sign-in page. */
function pageCallsOf(history: History): readonly Operation[] {
  return operationsOf(history).filter(({ invoked }) => pageFlows.has(invoked.flow));
}

const pageFlows: ReadonlySet<Flow> = new Set(["popup", "redirect"]);

function createPrompts(
  history: History,
  prompts: readonly PromptShown[],
  opening: readonly Operation[],
): readonly SignInPrompt[] {
  const calls = new Map(operationsOf(history).map(({ invoked }) => [invoked.operation, invoked]));
  return [
    ...prompts.map((event) => signInPromptOf(event, calls.get(event.operation ?? -1))),
    ...opening.map(({ invoked }) => signInPromptOf(invoked, invoked)),
  ].sort((a, b) => a.index - b.index);
}

function signInPromptOf(
  event: SignInPrompt["event"],
  call: OperationInvoked | undefined,
): SignInPrompt {
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
