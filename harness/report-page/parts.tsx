/** Small pieces that several views show. */
import { useState } from "preact/hooks";
import { formatDuration } from "../clock/duration.ts";
import type { RunData } from "../report/html/report-data.ts";
import { type Standing, standingMeanings } from "./standing.ts";

export function Badge({ standing }: { readonly standing: Standing }) {
  const { sign } = standingMeanings[standing];
  return (
    <span class={`badge ${standing}`}>
      <span aria-hidden="true">{sign} </span>
      {standing}
    </span>
  );
}

/** A command to copy. */
export function Command({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <span class="command">
      <code>{text}</code>{" "}
      <button type="button" class="no-print" onClick={copy}>
        {isCopied ? "Copied" : "Copy"}
      </button>
    </span>
  );
}

/** For how long, in a sentence: what the failed calls of a run cost its users. */
export function howLong({ withoutToken, simulatedMs }: RunData): string {
  if (withoutToken === undefined)
    return `No call failed in ${formatDuration(simulatedMs)} of virtual time.`;
  const { calls, clients, totalMs, fromMs, toMs, isOpen } = withoutToken;
  const who = clients.length === 1 ? (clients[0] ?? "") : `${clients.length} instances`;
  const count = `${calls} ${calls === 1 ? "call" : "calls"} of ${who} ended without a token`;
  if (totalMs === 0) return `${count}, and the next ended well at once.`;
  const until = isOpen ? "the end of the run" : `+${formatDuration(toMs)}`;
  return `${formatDuration(totalMs)}: ${count}, between +${formatDuration(fromMs)} and ${until}.`;
}
