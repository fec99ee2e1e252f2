/**
 * What runs in the live page. Each function is sent as its own text, so it refers to nothing but
 * the others of this file.
 */

interface State {
  readonly now: number;
  readonly clock: { readonly kind: string };
  readonly outages: readonly { readonly id: string; readonly endsAtMs: number }[];
  readonly problems: readonly string[];
}
interface Seen {
  readonly atMs: number;
  readonly client?: string;
  readonly endpoint: string;
  readonly grant?: string;
  readonly host: string;
  readonly status?: number;
  readonly failed?: string;
  readonly faults: readonly string[];
}
interface Findings {
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly message: string }[];
}

/** Asks the control API, with the token behind the # of the page's address; answers JSON, or another text as it is. */
function liveClient(): (method: string, path: string, body?: object) => Promise<unknown> {
  const token = location.hash.slice(1) || (sessionStorage.getItem("token") ?? "");
  sessionStorage.setItem("token", token);
  // The token is not for the history of the browser.
  history.replaceState(null, "", location.pathname);

  return async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(path, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const isText = response.headers.get("content-type")?.startsWith("text/") === true;
    if (isText) return response.text();
    const answer = (await response.json()) as { readonly error?: { readonly message: string } };
    if (!response.ok) throw new Error(answer.error?.message ?? `status ${response.status}`);
    return answer;
  };
}

function elementAt(id: string): HTMLElement {
  return document.getElementById(id) ?? document.body;
}

/** Shows what the control API answers. */
function liveView(): {
  readonly showState: (state: State) => void;
  readonly showRequests: (requests: readonly Seen[]) => void;
  readonly showFindings: (findings: Findings) => void;
} {
  const element = (name: string, text: string, more: string = ""): HTMLElement => {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = more;
    return made;
  };

  const showState = ({ now, clock, outages, problems }: State): void => {
    elementAt("now").textContent = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
    elementAt("step").hidden = clock.kind !== "stepped";
    elementAt("problem").textContent = problems.at(-1) ?? "";
    elementAt("outages").replaceChildren(
      ...outages.map(({ id }) => {
        const line = element("li", `${id} `);
        const end = element("button", "End");
        end.dataset["end"] = id;
        line.append(end);
        return line;
      }),
    );
  };
  const showRequests = (requests: readonly Seen[]): void => {
    const rows = requests.toReversed().map((seen) => {
      const row = document.createElement("tr");
      const end = seen.failed ?? (seen.status === undefined ? "…" : String(seen.status));
      const isBad = seen.failed !== undefined || (seen.status ?? 0) >= 400;
      row.append(
        element("td", `+${(seen.atMs / 1_000).toFixed(1)} s`),
        element("td", seen.client ?? ""),
        element("td", seen.grant === undefined ? seen.endpoint : `${seen.endpoint} ${seen.grant}`),
        element("td", seen.host),
        element("td", end, isBad ? "bad" : ""),
        element("td", seen.faults.join(", ")),
      );
      return row;
    });
    elementAt("requests").replaceChildren(...rows);
  };
  const showFindings = ({ verdict, findings }: Findings): void => {
    const lines = findings.map(({ rule, message }) => element("li", `${rule}: ${message}`, "bad"));
    elementAt("findings").replaceChildren(
      ...(lines.length > 0 ? lines : [element("li", `none (${verdict})`)]),
    );
  };
  return { showState, showRequests, showFindings };
}

/** Gives the person a file of that text. */
function download(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Looks again and again, and does what the buttons say. */
function livePageMain(): void {
  const LOOK_EVERY_MS = 1_500;
  const JUDGE_EVERY_LOOKS = 4;
  const ask = liveClient();
  const { showState, showRequests, showFindings } = liveView();
  let looks = 0;
  const look = async (): Promise<void> => {
    showState((await ask("GET", "/state")) as State);
    showRequests((await ask("GET", "/requests?last=60")) as readonly Seen[]);
    if (looks % JUDGE_EVERY_LOOKS === 0) showFindings((await ask("GET", "/findings")) as Findings);
    looks += 1;
  };
  const doing = (work: () => Promise<unknown>): void => {
    looks = 0;
    work()
      .then(look)
      .catch((error: unknown) => {
        elementAt("problem").textContent = error instanceof Error ? error.message : String(error);
      });
  };
  const valueOf = (id: string): string => (elementAt(id) as HTMLInputElement).value;

  elementAt("start").addEventListener("submit", (event) => {
    event.preventDefault();
    doing(() => ask("POST", "/outages", { preset: valueOf("preset"), ttl: valueOf("ttl") }));
  });
  elementAt("clear").addEventListener("click", () => doing(() => ask("DELETE", "/outages")));
  elementAt("save").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = valueOf("name");
    doing(async () => {
      const text = await ask("GET", `/scenario?name=${encodeURIComponent(name)}`);
      download(String(text), `${name}.scenario.ts`);
    });
  });
  document.addEventListener("click", ({ target }) => {
    const { end, by } = (target as HTMLElement).dataset;
    if (end !== undefined) doing(() => ask("DELETE", `/outages/${encodeURIComponent(end)}`));
    if (by !== undefined) doing(() => ask("POST", "/clock/advance", { by }));
  });
  const again = (): void => {
    look()
      .catch((error: unknown) => {
        elementAt("problem").textContent = error instanceof Error ? error.message : String(error);
      })
      .finally(() => window.setTimeout(again, LOOK_EVERY_MS));
  };
  again();
}

/** The script. */
export const livePageScript: string = [
  ...[liveClient, elementAt, liveView, download, livePageMain].map(String),
  "livePageMain();",
].join("\n");
