/** The frame of the page: what is looked at, by the address; and the switch for light and dark. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ReportData } from "../model/report-model.ts";
import { Overview } from "./overview.tsx";
import { readRoute, type Route } from "./page-address.ts";
import { RunPage } from "./run-page.tsx";
import { applyTheme, storedTheme, type Theme, themes } from "./theme.ts";

export function App({ report }: { readonly report: ReportData }) {
  const [route, setRoute] = useState<Route>(() => readRoute(location.hash));
  const isFirst = useRef(true);
  useEffect(() => {
    const follow = (): void => setRoute(readRoute(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    // Paper cannot be unfolded.
    const unfold = (): void => {
      for (const details of document.querySelectorAll("main details"))
        details.setAttribute("open", "");
    };
    addEventListener("beforeprint", unfold);
    return () => removeEventListener("beforeprint", unfold);
  }, []);
  const run = route.view === "run" ? report.runs.find(({ id }) => id === route.id) : undefined;
  useEffect(() => {
    document.title = `Brownout: ${run === undefined ? report.headline : `${run.scenario}, ${run.client}`}`;
    // A reader who follows a link is at the beginning of what it leads to; one who opens the file, at its top.
    if (isFirst.current) isFirst.current = false;
    else if (route.view === "run") document.querySelector<HTMLElement>("h1")?.focus();
  }, [run?.id, route.view]);
  useEffect(() => {
    if (route.view !== "overview" || route.section === undefined) return;
    const section = document.getElementById(route.section);
    section?.scrollIntoView();
    section?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }, [route]);
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="#">
          Brownout
        </a>
        <nav aria-label="Report">
          <a href="#" aria-current={run === undefined ? "page" : undefined}>
            Overview
          </a>
          <a href="#matrix">Scenarios</a>
          {report.totals.known > 0 && <a href="#known">Known</a>}
          {report.totals.expected > 0 && <a href="#expected">Expected</a>}
          {report.flows !== undefined && <a href="#flows">Flows</a>}
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        {run !== undefined && route.view === "run" ? (
          <RunPage key={run.id} report={report} run={run} route={route} />
        ) : (
          <>
            {route.view === "run" && (
              <p class="notice" role="alert">
                This report has no run called {route.id}.
              </p>
            )}
            <Overview report={report} />
          </>
        )}
      </main>
      <footer>
        <p>
          Brownout {report.brownout}
          {report.seed !== "" && `, seed ${report.seed}`}. Times are virtual, from the start of a
          run. Tokens and secrets stand here as fingerprints. Headers and bodies are in the journals
          and HAR files beside this file.
        </p>
        <details>
          <summary>Licences of the libraries in this page</summary>
          <pre>{document.getElementById("licences")?.textContent}</pre>
        </details>
      </footer>
    </>
  );
}

function focusMain(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <label class="theme">
      Colours{" "}
      <select
        value={theme}
        onChange={(event) => {
          const chosen = themes.find((one) => one === event.currentTarget.value) ?? "auto";
          applyTheme(chosen);
          setTheme(chosen);
        }}
      >
        <option value="auto">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}
