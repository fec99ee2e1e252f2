/** Reports a failed test: its timeline on the terminal and, if wanted, its journal as a file. */
import { hash } from "node:crypto";
import { basename, join, relative } from "node:path";
import { ownCommand } from "../../core/own-command.ts";
import { shellWord } from "../../core/shell-word.ts";
import { describeEvent } from "../../history/event-line.ts";
import { failsEveryRequest } from "../../history/fault-facts.ts";
import { EARLIER_TOKENS, usesEntra } from "../../rules/model/entra-use.ts";
import { hasLeftItsRequest } from "../../rules/model/left-requests.ts";
import { operationsOf } from "../../rules/model/exchanges.ts";
import { faultSpansOf } from "../../rules/model/fault-windows.ts";
import {
  pendingWaits,
  timelineText,
  unfinishedAdvance,
  unfinishedCalls,
  unnamedAnswers,
} from "../../runner/live/timeline-text.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import type { EntraOptions } from "./suite-options.ts";
import type { TestIdentity, TestRunner } from "./test-runner.ts";
import { writeJournalTo } from "../results/write-journal.ts";
import { hasSucceeded } from "../../rules/model/success.ts";

export interface Failure extends TestIdentity {
  readonly errors: readonly { readonly message?: string }[];
  /** The function that the test file calls. */
  readonly entry: TestRunner["entry"] | "createEntraProxy";
  readonly journals: EntraOptions["journals"] | undefined;
}

/** Prints the timeline and writes the journal. Throws `unwritable` when the folder cannot be written. */
export function reportFailure(
  session: LiveSimulation,
  { errors, entry, journals, ...test }: Failure,
): void {
  const { title } = test;
  const timedOut = errors.some(({ message = "" }) => TIMED_OUT.test(message));
  const calls = timedOut && session.clock.advancing() === undefined ? unfinishedCalls(session) : [];
  const text = [
    ...timelineText(session, {
      title,
      whole:
        journals === undefined
          ? `which ${entry}({ journals: "brownout-journals" }) would keep`
          : "which the journal has",
    }),
    ...unnamedAnswers(session),
    ...(timedOut ? [...unfinishedAdvance(session), ...calls, ...pendingWaits(session)] : []),
    ...(timedOut &&
    entry !== "createEntraProxy" &&
    session.clock.advancing() === undefined &&
    calls.length === 0
      ? [
          "Time passes only in entra.operate(), entra.clock.advance() and entra.clock.settle(): code that waits outside them waits forever.",
        ]
      : []),
    ...(journals === undefined
      ? []
      : [
          `Check it again: ${ownCommand()} check ${shellWord(writeJournalFile(session, { ...test, entry, folder: journals }))}`,
        ]),
  ];
  console.error(text.join("\n"));
}

/** As Vitest, node:test, Jest and Mocha say it. */
const TIMED_OUT =
  /timed out (?:in|after) \d+ ?ms|Exceeded timeout of \d+ ms|Timeout of \d+ms exceeded/i;

/** Prints what time went on without: a test that passes may not show it. */
export function reportAbandonedWaits(
  session: Pick<LiveSimulation, "history">,
  entry: TestRunner["entry"],
): void {
  const waits = session.history().events.filter(({ kind }) => kind === "wait-abandoned");
  if (waits.length === 0) return;
  const lines = [...new Set(waits.map((event) => `  ${describeEvent(event)}`))];
  console.warn(
    [
      "How fast this machine was may have decided this test:",
      ...lines,
      `Raise ${entry}({ waits: { limitsMs } }), or name in waits.notWaitedFor what never answers.`,
    ].join("\n"),
  );
}

/** Warns of calls that succeeded in an outage when tokens of earlier tests were still valid, and nothing shows which token they had. */
export function reportUnknownTokens(session: Pick<LiveSimulation, "history">): void {
  const history = session.history();
  if (history.header.earlierTokens !== true) return;
  const outages = faultSpansOf(history).filter(({ window }) => failsEveryRequest(window));
  const calls = operationsOf(history).filter(
    (call) =>
      hasSucceeded(history, call) &&
      outages.some(
        ({ beganAt, endedAt = Infinity }) =>
          beganAt <= call.invoked.at && call.invoked.at < endedAt,
      ) &&
      !usesEntra(history, call) &&
      !hasLeftItsRequest(history, call),
  );
  for (const name of new Set(calls.map(({ invoked }) => invoked.app)))
    console.warn(
      `Which token was behind it cannot be known: "${name}" succeeded in an outage without asking Entra. ${EARLIER_TOKENS}`,
    );
}

function writeJournalFile(
  session: LiveSimulation,
  { entry, folder, ...test }: TestIdentity & Pick<Failure, "entry"> & { readonly folder: string },
): string {
  const file = join(folder, `${journalName(test)}.jsonl`);
  writeJournalTo(file, session.journal(), `${entry}.journals`);
  return file;
}

/** The same in every run; titles that look alike without their punctuation have names of their own. */
function journalName({ title, file = "", attempt = 1 }: TestIdentity): string {
  const words = (text: string): string => text.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "");
  const path = relative(process.cwd(), file).replaceAll("\\", "/");
  const own = hash("sha256", JSON.stringify([path, title]), "hex").slice(0, 8);
  const names = [words(basename(file)), words(title)].filter((name) => name !== "");
  return `${[names.join("-").slice(0, 120), own].join("-")}${attempt > 1 ? `-attempt-${attempt}` : ""}`;
}
