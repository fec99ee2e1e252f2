/** Findings that the baseline or their scenario expects, by client and reason: one defect of a client shows in many scenarios. */
import type { KnownGroup, ReportData } from "../model/report-model.ts";
import { RunLinks } from "./parts.tsx";

export function Known({ report }: { readonly report: ReportData }) {
  const { known, expected } = report;
  return (
    <>
      <Groups
        id="known"
        title="Known"
        says="The baseline expects these, each for its reason."
        groups={known}
      />
      <Groups
        id="expected"
        title="Expected"
        says="What these scenarios break on purpose, as they say themselves."
        groups={expected}
      />
    </>
  );
}

function Groups({
  id,
  title,
  says,
  groups,
}: {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly groups: readonly KnownGroup[];
}) {
  if (groups.length === 0) return null;
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} tabIndex={-1}>
        {title}
      </h2>
      <p>{says}</p>
      {groups.map(({ client, reason, rules, count, example }) => (
        <article class="card known" key={`${client} ${reason}`}>
          <h3>{reason}</h3>
          <p class="meta">
            {client} · {count === 1 ? "1 finding" : `${count} findings`}
          </p>
          {example.controlText !== undefined && <p>{example.controlText}</p>}
          <dl class="facts">
            {rules.map(({ rule, runs }) => (
              <div key={rule}>
                <dt class="rule">{rule}</dt>
                <dd>
                  <RunLinks runs={runs} rule={rule} />
                </dd>
              </div>
            ))}
          </dl>
        </article>
      ))}
    </section>
  );
}
