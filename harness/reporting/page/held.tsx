/** What was asserted and passed: without it a reader sees only what is wrong. */
import type { ReportData } from "../model/report-model.ts";
import { RunLinks } from "./parts.tsx";

export function Held({ report }: { readonly report: ReportData }) {
  if (report.held.length === 0) return null;
  return (
    <section id="held" aria-labelledby="held-title">
      <h2 id="held-title" tabIndex={-1}>
        Held
      </h2>
      <p>What was asserted, and passed.</p>
      {report.held.map(({ client, rules }) => (
        <details key={client}>
          <summary>
            {client}: {rules.length === 1 ? "1 rule" : `${rules.length} rules`}
          </summary>
          <dl class="facts">
            {rules.map(({ rule, says, runs }) => (
              <div key={rule}>
                <dt class="rule">{rule}</dt>
                <dd>
                  <p>{says}</p>
                  <RunLinks runs={runs} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </section>
  );
}
