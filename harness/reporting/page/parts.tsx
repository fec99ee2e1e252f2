/** Small pieces that several views show. */
import { useState } from "preact/hooks";
import type { RunReference } from "../model/run-reference.ts";
import type { Standing } from "../model/standing.ts";
import { Linked } from "./linked.tsx";
import { runAddress } from "./page-address.ts";
import { standingMeanings } from "./standing-meanings.ts";

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

/** What to do about a finding, and where its rule is from. */
export function Advice({
  fix,
  source,
}: {
  readonly fix: string | undefined;
  readonly source: string;
}) {
  return (
    <>
      {fix !== undefined && (
        <p>
          <b>What to do:</b> {fix}
        </p>
      )}
      <p class="source">
        Source: <Linked text={source} />
      </p>
    </>
  );
}

/** Runs by the names of their scenarios; with a rule each leads to its evidence. */
export function RunLinks({
  runs,
  rule,
}: {
  readonly runs: readonly RunReference[];
  readonly rule?: string;
}) {
  return runs.map(({ id, scenario }, index) => (
    <span key={id}>
      {index > 0 && ", "}
      <a href={runAddress(id, rule)}>{scenario}</a>
    </span>
  ));
}
