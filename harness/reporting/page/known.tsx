/** Findings that the baseline expects, by client and reason: one defect of a client shows in many scenarios. */
import type { ReportData } from "../model/report-model.ts";
import { RunLinks } from "./parts.tsx";

export function Known({ report }: { readonly report: ReportData }) {
  if (report.known.length === 0) return null;
  return (
    <section id="known" aria-labelledby="known-title">
      <h2 id="known-title" tabIndex={-1}>
        Known
      </h2>
      <p>The baseline expects these, each for its reason.</p>
      {report.known.map(({ client, reason, rules, count }) => (
        <article class="card known" key={`${client} ${reason}`}>
          <h3>{reason}</h3>
          <p class="meta">
            {client} · {count === 1 ? "1 finding" : `${count} findings`}
          </p>
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
