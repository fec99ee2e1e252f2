/** The findings of a run: each with what it says, what to do, where it comes from, and its evidence as a list. */
import type { FindingReport, ReportData, RunReport } from "../model/report-model.ts";
import { Advice } from "./parts.tsx";
import type { PageHistory } from "../formats/slim-history.ts";
import { runAddress } from "./page-address.ts";
import { lineOf } from "./event-text.ts";

interface FindingsProps {
  readonly report: ReportData;
  readonly run: RunReport;
  /** The rule whose evidence the timeline shows. */
  readonly chosen: string | undefined;
  readonly history: PageHistory | undefined;
  readonly selected: number | undefined;
  readonly onSelect?: (event: number) => void;
}

export function Findings(props: FindingsProps) {
  const { run, report } = props;
  return (
    <section aria-labelledby="findings-title">
      <h2 id="findings-title" tabIndex={-1}>
        Findings
      </h2>
      {run.findings.length === 0 && <p>None.</p>}
      {run.findings.map((finding) => (
        <Finding key={finding.rule} {...props} finding={finding} />
      ))}
      {run.held.length > 0 && (
        <details>
          <summary>Held: {run.held.join(", ")}</summary>
          <dl class="facts">
            {run.held.map((rule) => (
              <div key={rule}>
                <dt class="rule">{rule}</dt>
                <dd>{report.rules[rule]?.says}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

function Finding({
  report,
  run,
  chosen,
  history,
  selected,
  onSelect,
  finding,
}: FindingsProps & { readonly finding: FindingReport }) {
  const { rule, message, baseline, knownAs, source, reason, controlText, sinceText, evidence } =
    finding;
  const { says, fix } = report.rules[rule] ?? {};
  const isChosen = rule === chosen;
  const inOrder = evidence.toSorted((a, b) => a - b);
  return (
    <article
      class={`card ${tones[finding.standing]}`}
      id={`finding-${rule}`}
      data-rule={rule}
      aria-labelledby={`finding-title-${rule}`}
    >
      <h3 id={`finding-title-${rule}`}>
        <span class="rule">{rule}</span> <span class="note">{wordOf(finding)}</span>
      </h3>
      {says !== undefined && <p class="says">{says}</p>}
      <p>{message}</p>
      {knownAs !== undefined && (
        <p>
          <b>The baseline knows it as:</b> {knownAs}
        </p>
      )}
      {reason !== undefined && (
        <p>
          <b>{baseline === "expected" ? "Expected" : "Known"}, because:</b> {reason}
        </p>
      )}
      {controlText !== undefined && (
        <p>
          <b>Control:</b> {controlText}
        </p>
      )}
      {sinceText !== undefined && <p>{sinceText}</p>}
      <Advice fix={fix} source={source} />
      {inOrder.length > 0 && (
        <>
          {!isChosen && (
            <p>
              <a class="action" href={runAddress(run.id, rule)}>
                Show its evidence on the timeline
              </a>
            </p>
          )}
          {isChosen && history !== undefined && (
            <ol class="evidence" aria-label={`Evidence of ${rule}`}>
              {inOrder.map((index) => (
                <li key={index}>
                  <button
                    type="button"
                    aria-pressed={selected === index}
                    onClick={() => onSelect?.(index)}
                  >
                    {lineOf(history, index)}
                  </button>
                </li>
              ))}
            </ol>
          )}
        </>
      )}
    </article>
  );
}

const tones = {
  new: "new",
  inconclusive: "inconclusive",
  known: "known",
  quarantined: "known",
  expected: "known",
  pass: "known",
} as const;

function wordOf({ verdict, acceptedAs }: FindingReport): string {
  const what = verdict === "fail" ? "failed" : "inconclusive";
  return acceptedAs === undefined ? what : `${what}, ${acceptedAs}`;
}
