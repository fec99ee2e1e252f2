/** What is new: what broke, for whom, for how long, what to do; what was not seen; what did not finish. */
import { formatDuration } from "../../core/time/duration.ts";
import type { FindingData, ReportData, RunData } from "../html/report-data.ts";
import { Advice, Command, howLong } from "./parts.tsx";
import { runAddress } from "./route.ts";
import { isNewFailure, isNewlyOpen } from "./standing.ts";

interface Props {
  readonly report: ReportData;
}

export function Broken({ report }: Props) {
  const broken = report.runs.filter((run) => run.findings.some(isNewFailure));
  return (
    <section id="broken" aria-labelledby="broken-title">
      <h2 id="broken-title" tabIndex={-1}>
        What broke
      </h2>
      {broken.length === 0 && <NothingBroke report={report} />}
      {broken.map((run) => (
        <BrokenRun key={run.id} run={run} report={report} />
      ))}
    </section>
  );
}

function NothingBroke({ report: { runs, totals } }: Props) {
  if (runs.length === 0) return <p>No run has come to its end, so nothing can be said.</p>;
  const isShaky = runs.some(({ findings }) => findings.some((found) => found.quarantined));
  if (totals.known === 0 && isShaky)
    return <p>Nothing, but for what is in quarantine and turns nothing red.</p>;
  if (totals.known === 0) return <p>Nothing: every rule that came to a conclusion held.</p>;
  return (
    <p>
      Nothing new. The baseline knows{" "}
      <a href="#known">{totals.known === 1 ? "one finding" : `${totals.known} findings`}</a>, each
      with its reason.
    </p>
  );
}

function BrokenRun({ run, report }: Props & { readonly run: RunData }) {
  const { id, scenario, title, client, mount, story, configuration, replay } = run;
  // A refused configuration is no outage: the advice of the story would lead astray.
  const told = configuration === undefined ? story : undefined;
  return (
    <article class="card new" aria-labelledby={`broken-${id}`}>
      <h3 id={`broken-${id}`}>
        <a href={runAddress(id)}>{title ?? scenario}</a>
      </h3>
      <p class="meta">
        {scenario} · {client} · {mount} · {formatDuration(run.simulatedMs)}
      </p>
      {configuration !== undefined && <p class="notice">{configuration}</p>}
      {run.findings.filter(isNewFailure).map((finding) => (
        <WhatBroke key={finding.rule} run={run} finding={finding} report={report} />
      ))}
      <dl class="facts">
        {told !== undefined && <Fact name="For whom">{told.failureMeans}</Fact>}
        <Fact name="For how long">{howLong(run)}</Fact>
        {told !== undefined && <Fact name="In the application">{told.fix}</Fact>}
        {replay !== undefined && (
          <Fact name="See it again">
            <Command text={replay} />
          </Fact>
        )}
      </dl>
    </article>
  );
}

function WhatBroke({
  run,
  finding,
  report,
}: Props & { readonly run: RunData; readonly finding: FindingData }) {
  const fix = report.rules[finding.rule]?.fix;
  return (
    <div class="finding">
      <p>
        <b class="rule">{finding.rule}</b> {finding.message}
      </p>
      {finding.knownAs !== undefined && (
        <p>
          <b>The baseline knows it as:</b> {finding.knownAs}
        </p>
      )}
      <Advice fix={fix} source={finding.source} />
      <p>
        <a class="action" href={runAddress(run.id, finding.rule)}>
          See the evidence
          <span class="hidden">
            {" "}
            of {finding.rule} in {run.scenario}
          </span>
        </a>
      </p>
    </div>
  );
}

/** A name and what is said to it, in a list of such. */
export function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function OpenRules({ report }: Props) {
  const open = report.runs.flatMap((run) =>
    run.findings.filter(isNewlyOpen).map((finding) => ({ run, finding })),
  );
  if (open.length === 0) return null;
  return (
    <section id="open" aria-labelledby="open-title">
      <h2 id="open-title" tabIndex={-1}>
        Inconclusive
      </h2>
      <p>An asserted rule never saw what it judges, so nothing is proved.</p>
      <ul>
        {open.map(({ run, finding }) => (
          <li key={`${run.id} ${finding.rule}`}>
            <a href={runAddress(run.id, finding.rule)}>{run.scenario}</a>, {run.client}:{" "}
            <b>{finding.rule}</b>: {finding.message} {run.configuration}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function NotFinished({ report: { failures, interrupted } }: Props) {
  if (failures.length + interrupted === 0) return null;
  return (
    <section id="not-finished" aria-labelledby="not-finished-title">
      <h2 id="not-finished-title" tabIndex={-1}>
        Not finished
      </h2>
      <p>The harness could not bring these to their end, so nothing is said about them.</p>
      {failures.map(({ scenario, client, mount, message, place, hint, code }) => (
        <article class="card open" key={`${scenario} ${client} ${mount}`}>
          <h3>{scenario}</h3>
          <p class="meta">
            {client} · {mount} · {code}
          </p>
          <p>
            {place !== undefined && `${place}: `}
            {message}
          </p>
          {hint !== undefined && (
            <p>
              <b>What to do:</b> {hint}
            </p>
          )}
        </article>
      ))}
      {interrupted > 0 && (
        <p>
          Interrupted: nothing is said about {interrupted} {interrupted === 1 ? "run" : "runs"}.
        </p>
      )}
    </section>
  );
}
