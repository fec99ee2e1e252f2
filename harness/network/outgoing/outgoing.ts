/**
 * What may leave this process apart from its TCP connections (`network-guard.ts`): datagrams and
 * name look-ups stay on this machine, and the programs and threads that it starts are held to
 * the same. What was stopped is reported by name.
 */
import { guardChildren } from "./children.ts";
import { guardDatagrams } from "./datagrams.ts";
import { guardLookups } from "./lookups.ts";
import { showTogether } from "./replace-method.ts";
import type { StopOptions } from "./stop.ts";

/** Keeps all of it on this machine until the returned function is called. */
export function guardOutgoing(options: StopOptions): () => void {
  const undo = showTogether(() => [
    guardDatagrams(options),
    guardLookups(options),
    guardChildren(options),
  ]);
  return () =>
    showTogether(() => {
      for (const restore of undo.toReversed()) restore();
    });
}
