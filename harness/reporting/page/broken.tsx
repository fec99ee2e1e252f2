/** What is new: what broke, for whom, for how long, what to do; what is inconclusive; what did not finish. */
import { formatDuration } from "../../core/time/duration.ts";
import type { RunReference } from "../model/run-reference.ts";
import type { BrokenRun, FindingReport, ReportData } from "../model/report-model.ts";
import { Advice, Command } from "./parts.tsx";
import { runAddress } from "./page-address.ts";

interface Props {
  readonly report: ReportData;
}

export function Broken({ report }: Props) {
  return (
    <section id="broken" aria-labelledby="broken-title">
      <h2 id="broken-title" tabIndex={-1}>
        What broke
      </h2>
      {report.broken.length === 0 && <NothingBroke report={report} />}
      {report.broken.map((broken) => (
        <BrokenCard key={broken.run.id} broken={broken} report={report} />
      ))}
    </section>
  );
}

function NothingBroke({ report: { runs, totals } }: Props) {
  if (runs.length === 0) return <p>No run has come to its end, so nothing can be said.</p>;
  if (totals.known === 0 && totals.quarantined > 0)
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

function BrokenCard({ broken, report }: Props & { readonly broken: BrokenRun }) {
  const { run, title, mount, simulatedMs, story, configuration, findings, howLong, replay } =
    broken;
  return (
    <article class="card new" aria-labelledby={`broken-${run.id}`}>
      <h3 id={`broken-${run.id}`}>
        <a href={runAddress(run.id)}>{title ?? run.scenario}</a>
      </h3>
      <p class="meta">
        {run.scenario} · {run.client} · {mount} · {formatDuration(simulatedMs)}
      </p>
      {configuration !== undefined && <p class="notice">{configuration}</p>}
      {findings.map((finding) => (
        <WhatBroke key={finding.rule} run={run} finding={finding} report={report} />
      ))}
      <dl class="facts">
        {story !== undefined && <Fact name="For whom">{story.failureMeans}</Fact>}
        <Fact name="For how long">{howLong}</Fact>
        {story !== undefined && <Fact name="In the application">{story.fix}</Fact>}
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
}: Props & { readonly run: RunReference; readonly finding: FindingReport }) {
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
      {finding.controlText !== undefined && <p>{finding.controlText}</p>}
      {finding.sinceText !== undefined && <p>{finding.sinceText}</p>}
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

/** A term with its description, in a list of facts. */
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

export function InconclusiveRules({ report: { inconclusive } }: Props) {
  if (inconclusive.length === 0) return null;
  return (
    <section id="inconclusive" aria-labelledby="inconclusive-title">
      <h2 id="inconclusive-title" tabIndex={-1}>
        Inconclusive
      </h2>
      <p>An asserted rule never saw what it judges, so nothing is proved.</p>
      <ul>
        {inconclusive.flatMap(({ run, findings, configuration }) =>
          findings.map(({ rule, message }) => (
            <li key={`${run.id} ${rule}`}>
              <a href={runAddress(run.id, rule)}>{run.scenario}</a>, {run.client}: <b>{rule}</b>:{" "}
              {message} {configuration}
            </li>
          )),
        )}
      </ul>
    </section>
  );
}

export function NotFinished({ report: { failures, cutShort } }: Props) {
  if (failures.length + cutShort.length === 0) return null;
  return (
    <section id="not-finished" aria-labelledby="not-finished-title">
      <h2 id="not-finished-title" tabIndex={-1}>
        Not finished
      </h2>
      <p>The harness could not bring these to their end, so nothing is said about them.</p>
      {failures.map(({ scenario, client, mount, message, place, hint, code }) => (
        <article class="card inconclusive" key={`${scenario} ${client} ${mount}`}>
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
      {cutShort.map(({ message, runs }) => (
        <p key={message}>
          <b>
            {runs.length} {runs.length === 1 ? "run" : "runs"}:
          </b>{" "}
          {message}: {runs.map(({ scenario, client }) => `${scenario} (${client})`).join(", ")}
        </p>
      ))}
    </section>
  );
}
