/** Plays one scenario with one version of a client, to see what a rule says of it. */
import type { ClientFolder } from "../../clients/versions/client-cache.ts";
import type { TriedVersion } from "../../reporting/client-versions/bisect-text.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";
import type { Found } from "../selection.ts";
import { planVersions } from "./plan-versions.ts";
import { playVersions } from "./play-versions.ts";

/** Thrown when Ctrl-C or SIGTERM ended the run. */
export class Interruption extends Error {
  readonly signal: InterruptSignal;
  constructor(signal: InterruptSignal) {
    super("interrupted");
    this.signal = signal;
  }
}

/** Plays the scenario with the version; rejects with an `Interruption` when a signal ended the run. */
export async function tryVersion(
  of: ClientFolder,
  io: Pick<Io, "createPool" | "onInterrupt" | "now">,
  {
    found,
    rule,
    out,
    seed,
  }: {
    readonly found: Found;
    readonly rule: string;
    /** The output folder, absolute. */
    readonly out: string;
    readonly seed: string;
  },
): Promise<TriedVersion> {
  const { version } = of;
  const [plan] = await planVersions([of], { found: [found], out, seed });
  const [run] = plan?.runs ?? [];
  if (run === undefined)
    return { version, unknown: plan?.skipped[0]?.why ?? "it cannot be played" };
  const { outcomes, interruptedBy } = await playVersions([run], io, {
    workers: 1,
    resume: false,
    onProgress: () => undefined,
    onVersion: () => undefined,
  });
  if (interruptedBy !== undefined) throw new Interruption(interruptedBy);
  const [outcome] = outcomes;
  const verdict = outcome?.result?.verdicts.find((one) => one.rule === rule);
  if (verdict === undefined)
    return { version, unknown: outcome?.failure?.message ?? "the run was not finished" };
  return { version, verdict: verdict.verdict, message: verdict.message, journal: run.journal };
}
