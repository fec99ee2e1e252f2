/**
 * What scripts print, for the person who wrote them: whole lines, set off from ours, under the
 * name of the scenario. Workers print at the same time, so the name comes back whenever
 * the scenario changes.
 */
import type { RunTask } from "./worker/protocol.ts";

export interface ScriptOutput {
  /** Takes a piece of what the run of a task printed. */
  readonly take: (text: string, task: RunTask) => void;
  /** Prints what is left of lines that never ended. */
  readonly end: () => void;
}

/** Hands on a line at a time, without its line feed; `nameOf` names a task's scenario. */
export function createScriptOutput(parts: {
  readonly line: (text: string) => void;
  readonly nameOf: (task: RunTask) => string;
}): ScriptOutput {
  // A journal's file is one run's own.
  const begun = new Map<string, { readonly task: RunTask; readonly text: string }>();
  let speaker: string | undefined;

  const print = (task: RunTask, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    if (speaker !== task.journalFile) parts.line(`${parts.nameOf(task)}:`);
    speaker = task.journalFile;
    for (const line of lines) parts.line(`  | ${line}`.trimEnd());
  };

  return {
    take(text, task) {
      const before = begun.get(task.journalFile)?.text ?? "";
      const lines = (before + text).split(/\r?\n/);
      begun.set(task.journalFile, { task, text: lines.pop() ?? "" });
      print(task, lines);
    },
    end() {
      for (const { task, text } of begun.values()) print(task, text === "" ? [] : [text]);
      begun.clear();
    },
  };
}
