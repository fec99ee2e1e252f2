/** One run: what it stands for, what was found, the timeline, and every event in a table. */
import { useEffect, useRef, useState } from "preact/hooks";
import { formatDuration } from "../../core/time/duration.ts";
import type { ReportData, RunReport } from "../model/report-model.ts";
import { Fact } from "./broken.tsx";
import { EventTable } from "./event-table.tsx";
import { Findings } from "./findings.tsx";
import { Badge, Command } from "./parts.tsx";
import { loadHistory } from "./embedded-report.ts";
import type { PageHistory } from "../formats/slim-history.ts";
import { type Route, runAddress } from "./page-address.ts";
import type { View } from "./timeline/detail.ts";
import { Timeline } from "./timeline/timeline.tsx";

interface RunPageProps {
  readonly report: ReportData;
  readonly run: RunReport;
  readonly route: Extract<Route, { readonly view: "run" }>;
}

export function RunPage({ report, run, route }: RunPageProps) {
  const [loaded, setLoaded] = useState<PageHistory | Error>();
  useEffect(() => {
    loadHistory(run).then(setLoaded, (error: unknown) =>
      setLoaded(error instanceof Error ? error : new Error(String(error))),
    );
  }, [run]);
  return (
    <>
      <RunHead report={report} run={run} />
      {loaded instanceof Error && (
        <p class="notice" role="alert">
          The history cannot be read: {loaded.message}. Its journal is beside this file.
        </p>
      )}
      {loaded === undefined && <p role="status">Unpacking {run.events} events…</p>}
      {loaded !== undefined && !(loaded instanceof Error) ? (
        <RunStory report={report} run={run} route={route} history={loaded} />
      ) : (
        <Findings
          report={report}
          run={run}
          chosen={route.rule}
          history={undefined}
          selected={undefined}
        />
      )}
    </>
  );
}

function RunHead({ report, run }: Pick<RunPageProps, "report" | "run">) {
  const { scenario, title, client, mount, operations, requests, story, configuration, replay } =
    run;
  const at = report.runs.indexOf(run);
  const [before, after] = [report.runs[at - 1], report.runs[at + 1]];
  const { ok, fail, unknown } = operations;
  return (
    <section class="run-head" aria-labelledby="run-title">
      <nav class="steps no-print" aria-label="Runs">
        <a href="#matrix">All scenarios</a>
        {before !== undefined && (
          <a href={runAddress(before.id)} rel="prev">
            ← {before.scenario}
          </a>
        )}
        {after !== undefined && (
          <a href={runAddress(after.id)} rel="next">
            {after.scenario} →
          </a>
        )}
      </nav>
      <h1 id="run-title" tabIndex={-1}>
        {title ?? scenario}
      </h1>
      <p class="meta">
        <Badge standing={run.standing} /> {title !== undefined && `${scenario} · `}
        {client} · {mount} · {formatDuration(run.simulatedMs)} of virtual time · calls: {ok} ok,{" "}
        {fail} failed
        {unknown > 0 && `, ${unknown} unknown`} · requests: {requests.primary} to the primary
        {requests.backup > 0 && `, ${requests.backup} to the backup`}
        {requests.refused > 0 && `, ${requests.refused} that never got in`}
      </p>
      {configuration !== undefined && <p class="notice">{configuration}</p>}
      {run.relaunched !== undefined && <p class="notice">{run.relaunched}</p>}
      <dl class="facts">
        {story !== undefined && <Fact name="Stands for">{story.standsFor}</Fact>}
        {story !== undefined && <Fact name="Asserts">{story.asserts}</Fact>}
        {story !== undefined && run.findings.length > 0 && (
          <Fact name="For whom">{story.failureMeans}</Fact>
        )}
        <Fact name="For how long">{run.howLong}</Fact>
        {story !== undefined && run.findings.length > 0 && configuration === undefined && (
          <Fact name="In the application">{story.fix}</Fact>
        )}
        {replay !== undefined && (
          <Fact name="See it again">
            <Command text={replay} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function RunStory({
  report,
  run,
  route,
  history,
}: RunPageProps & { readonly history: PageHistory }) {
  const [selected, setSelected] = useState(route.event);
  const [view, setView] = useState<View>();
  const [opened, setOpened] = useState<{ readonly event: number }>();
  const timeline = useRef<HTMLElement>(null);
  useEffect(() => setSelected(route.event), [route.event]);
  useEffect(() => {
    // The evidence that was asked for may stand below other findings.
    if (route.rule === undefined) return;
    document.getElementById(`finding-${route.rule}`)?.scrollIntoView({ block: "nearest" });
  }, [route.rule]);
  const chosen = run.findings.find(({ rule }) => rule === route.rule) ?? run.findings[0];
  const evidence = (chosen?.evidence ?? []).toSorted((a, b) => a - b);
  const startsAt = route.event !== undefined ? [route.event] : route.rule ? evidence : [];
  return (
    <>
      <Findings
        report={report}
        run={run}
        chosen={chosen?.rule}
        history={history}
        selected={selected}
        onSelect={setSelected}
      />
      <section ref={timeline} aria-labelledby="timeline-title">
        <h2 id="timeline-title" tabIndex={-1}>
          Timeline
        </h2>
        <Timeline
          run={run}
          history={history}
          evidence={evidence}
          startsAt={startsAt}
          selected={selected}
          onSelect={setSelected}
          onOpenRow={(event) => setOpened({ event })}
          onView={setView}
        />
      </section>
      <EventTable
        run={run}
        history={history}
        view={view}
        selected={selected}
        opened={opened}
        onShow={(event) => {
          setSelected(event);
          timeline.current?.scrollIntoView();
          timeline.current?.querySelector<HTMLElement>(".frame")?.focus({ preventScroll: true });
        }}
      />
    </>
  );
}
