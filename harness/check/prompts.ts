/** The prompts of a history: when a person was asked to act, and whether that was their own wish. */
import type { History, PromptShown } from "../history/event.ts";

/** Every prompt, in order. */
export function promptsOf({ events }: History): readonly PromptShown[] {
  return events.filter((event): event is PromptShown => event.kind === "prompt-shown");
}

/** Whether a person wished for this prompt: choosing or creating an account is not the client's idea. */
export function isDeliberate({ prompt }: PromptShown): boolean {
  return prompt === "select_account" || prompt === "create";
}
