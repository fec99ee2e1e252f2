/** The whole run on one page: what broke and what to do first, then the matrix, then all that is known. */
import { formatDuration } from "../../core/time/duration.ts";
import type { ReportData } from "../model/report-model.ts";
import { Broken, NotFinished, InconclusiveRules } from "./broken.tsx";
import { Flows } from "./flows.tsx";
import { entrySections } from "../formats/entry-sections.ts";
import { Held } from "./held.tsx";
import { Known } from "./known.tsx";
import { Linked } from "./linked.tsx";
import { ScenariosByClients } from "./scenarios-by-clients.tsx";

interface Props {
  readonly report: ReportData;
}

export function Overview({ report }: Props) {
  const { totals, costText, scoreTexts } = report;
  return (
    <>
      <section class={`headline ${tones[report.standing]}`} aria-labelledby="headline">
        <h1 id="headline" tabIndex={-1}>
          {sentence(report.headline)}
        </h1>
        <p>
          {totals.runs} {totals.runs === 1 ? "run" : "runs"} over {roughly(totals.simulatedMs)} of
          virtual time{report.seed !== "" && `, seed ${report.seed}`}.
        </p>
        {costText !== undefined && <p>{costText}</p>}
        {scoreTexts.map((text) => (
          <p>{text}</p>
        ))}
        <ul class="tiles" aria-label="Totals">
          <Tile
            figure={totals.unexpected}
            name="unexpected"
            tone={totals.unexpected > 0 ? "new" : "pass"}
          />
          <Tile figure={totals.known} name="known" tone={totals.known > 0 ? "known" : "pass"} />
          <Tile figure={totals.fixed} name="fixed" tone="pass" />
          <Tile
            figure={totals.inconclusive}
            name="inconclusive"
            tone={totals.inconclusive > 0 ? "inconclusive" : "pass"}
          />
          <Tile
            figure={totals.pass}
            name={totals.runs === 1 ? "of 1 run passes" : `of ${totals.runs} runs pass`}
            tone="pass"
          />
        </ul>
      </section>
      <Broken report={report} />
      <InconclusiveRules report={report} />
      <NotFinished report={report} />
      <ScenariosByClients report={report} />
      {report.flows !== undefined && <Flows flows={report.flows} />}
      <Known report={report} />
      <Quarantine report={report} />
      <Fixed report={report} />
      <Entries report={report} />
      <Held report={report} />
      <Relaunched report={report} />
      <Provenance report={report} />
    </>
  );
}

function Quarantine({ report: { quarantine } }: Props) {
  if (quarantine.length === 0) return null;
  return (
    <section id="quarantine" aria-labelledby="quarantine-title">
      <h2 id="quarantine-title" tabIndex={-1}>
        In quarantine
      </h2>
      <p>These come and go, and turn nothing red.</p>
      <ul>
        {quarantine.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

function Fixed({ report: { fixed } }: Props) {
  if (fixed.length === 0) return null;
  return (
    <section id="fixed" aria-labelledby="fixed-title">
      <h2 id="fixed-title" tabIndex={-1}>
        Fixed
      </h2>
      <p>
        These are in the baseline, and pass now. <code>--update-baseline</code> takes them out.
      </p>
      <ul>
        {fixed.map(({ scenario, client, rule }) => (
          <li key={`${scenario} ${client} ${rule}`}>
            {scenario}, {client}: <b>{rule}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Entries of the baseline and the quarantine that someone should look at. */
function Entries({ report }: Props) {
  const sections = entrySections(report);
  if (sections.length === 0) return null;
  return (
    <section id="entries" aria-labelledby="entries-title">
      <h2 id="entries-title" tabIndex={-1}>
        Baseline and quarantine
      </h2>
      {sections.map(([title, lines]) => (
        <div key={title}>
          <h3>{title}</h3>
          <ul>
            {lines.map((line) => (
              <li key={line}>
                <Linked text={line} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Provenance({ report: { provenance = [], brownout } }: Props) {
  if (provenance.length === 0) return null;
  return (
    <section id="provenance" aria-labelledby="provenance-title">
      <h2 id="provenance-title" tabIndex={-1}>
        Where this comes from
      </h2>
      <dl class="facts">
        {[...provenance, ["Brownout", brownout] as const].map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Linked text={text} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Relaunched({ report: { relaunched } }: Props) {
  if (relaunched.length === 0) return null;
  return (
    <section id="relaunched" aria-labelledby="relaunched-title">
      <h2 id="relaunched-title" tabIndex={-1}>
        Browsers that died
      </h2>
      <ul>
        {relaunched.map(({ run, text }) => (
          <li key={run.id}>
            {run.scenario}, {run.client}: {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

const tones = {
  "not finished": "bad",
  unexpected: "bad",
  inconclusive: "inconclusive",
  expected: "good",
} as const;

function Tile({
  figure,
  name,
  tone,
}: {
  readonly figure: number;
  readonly name: string;
  readonly tone: string;
}) {
  return (
    <li class={`tile ${tone}`}>
      <b>{figure}</b> {name}
    </li>
  );
}

/** To the minute from an hour on: the seconds of a month interest no reader. */
function roughly(ms: number): string {
  return formatDuration(ms < 3_600_000 ? ms : Math.round(ms / 60_000) * 60_000);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
