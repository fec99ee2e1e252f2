/**
 * `docs/clients.md`: what each library does under each fault, from the results of one run.
 * `scripts/clients.ts` plays it and writes `docs/data/clients.json`.
 */
import { inline, rowOfMarkdown } from "../../harness/reporting/formats/markdown-text.ts";
import type { Results } from "../../harness/reporting/model/results.ts";

/** The outages of the page, in its order. */
export const outagesOfPage = [
  "token-throttled",
  "token-throttled-http-date",
  "token-throttled-no-retry-after",
  "token-throttled-zero",
  "token-throttled-garbage",
  "token-throttled-huge",
  "server-error-json",
  "server-error-html",
  "server-error-gateway-timeout",
  "server-error-json-retry-after",
  "token-hang",
  "token-stalled-body",
  "token-reset",
  "token-truncated",
  "token-refused",
  "token-connect-timeout",
  "dns-failure",
  "tls-failure",
  "token-empty-success",
  "token-wrong-content-type",
] as const;

/** The clients of the page, in its order. */
export const clientsOfPage = [
  "msal-node",
  "msal-python",
  "azure-identity-python",
  "msal-go",
] as const;

/** The contents of `docs/data/clients.json`. */
export interface ClientsData {
  readonly schema: "brownout/clients/1";
  /** The day on which it was played, such as `2026-11-30`. */
  readonly date: string;
  readonly brownout: string;
  readonly seed: string;
  readonly outages: readonly { readonly name: string; readonly title: string }[];
  readonly clients: readonly { readonly name: string; readonly version: string }[];
  readonly runs: readonly ClientRun[];
}

interface ClientRun {
  readonly outage: string;
  readonly client: string;
  readonly calls: { readonly ok: number; readonly fail: number; readonly unknown: number };
  readonly requests: number;
  /** Of what the rules found wrong. */
  readonly findings: readonly { readonly rule: string; readonly message: string }[];
}

/** The data of the page. */
export function clientsDataOf(
  results: Pick<Results, "brownout" | "seed" | "runs">,
  { date, titleOf }: { readonly date: string; readonly titleOf: (outage: string) => string },
): ClientsData {
  const { brownout, seed, runs } = results;
  return {
    schema: "brownout/clients/1",
    date,
    brownout,
    seed,
    outages: outagesOfPage.map((name) => ({ name, title: titleOf(name) })),
    clients: clientsOfPage.flatMap((name) => {
      const found = runs.find(({ client }) => client.name === name);
      return found === undefined ? [] : [{ name, version: found.client.version }];
    }),
    runs: runs.map(({ scenario, client, operations, requests, findings }) => ({
      outage: scenario,
      client: client.name,
      calls: operations,
      requests: requests.primary + requests.backup + requests.refused,
      findings: findings
        .filter(({ verdict }) => verdict === "fail")
        .map(({ rule, message }) => ({ rule, message })),
    })),
  };
}

/** The text of `docs/clients.md`. */
export function clientsPage(data: ClientsData): string {
  const { date, brownout, seed, outages, clients } = data;
  const names = clients.map(({ name, version }) => `${name} ${version}`);
  const played = `brownout run … --client ${clients.map(({ name }) => name).join(",")}`;
  return [
    "# What each library does under each fault",
    "",
    "<!-- Made by `npm run clients` from docs/data/clients.json: do not edit. -->",
    "",
    `\`${played}\`, on ${date} with brownout ${brownout}, seed ${seed}: a daemon that asks for a token every few seconds or minutes while the token endpoint is broken, and afterwards. Each cell: calls that failed or were given up, of all calls; requests that were sent; the rules that were broken. [Drivers](guide/drivers.md) says how libraries in other languages are played, and what a fault of a connection is to them.`,
    "",
    rowOfMarkdown("outage", ...names),
    rowOfMarkdown("---", ...names.map(() => "---")),
    ...outages.map(({ name }) =>
      rowOfMarkdown(
        `[${name}](#${name})`,
        ...clients.map((client) => cellOf(data, name, client.name)),
      ),
    ),
    "",
    ...outages.flatMap((outage) => sectionOf(data, outage)),
  ].join("\n");
}

function runOf({ runs }: ClientsData, outage: string, client: string): ClientRun | undefined {
  return runs.find((run) => run.outage === outage && run.client === client);
}

function cellOf(data: ClientsData, outage: string, client: string): string {
  const run = runOf(data, outage, client);
  if (run === undefined) return "not played";
  const { ok, fail, unknown } = run.calls;
  const rules = run.findings.map(({ rule }) => rule);
  const broken = rules.length === 0 ? "" : `; **${[...new Set(rules)].join(", ")}**`;
  return `${fail + unknown} of ${ok + fail + unknown}; ${run.requests}${broken}`;
}

function sectionOf(
  data: ClientsData,
  { name, title }: ClientsData["outages"][number],
): readonly string[] {
  const found = data.clients.flatMap((client) =>
    (runOf(data, name, client.name)?.findings ?? []).map(
      ({ rule, message }) => `- ${client.name}, ${rule}: ${inline(message)}`,
    ),
  );
  return [
    `## ${name}`,
    "",
    `${inline(title)}.`,
    "",
    ...(found.length === 0 ? ["No rule is broken."] : found),
    "",
  ];
}
