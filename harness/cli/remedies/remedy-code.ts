/** The code to take over: the remedies of `brownout/remedies` around the client, as an app writes them. */
import type { Flow } from "../../history/event.ts";
import type { RemedyName } from "../../clients/remedied/remedy-names.ts";

/** Around what a remedy goes, and its call; `inner` is what it goes around. */
const callWrappers: ReadonlyMap<string, (inner: string) => string> = new Map<
  RemedyName,
  (inner: string) => string
>([
  ["regional-fallback", (inner) => `withRegionalFallback(${inner})`],
  ["single-flight", (inner) => `withSingleFlight(${inner})`],
  ["bounded-wait", (inner) => `withBoundedWait(${inner}, { limitMs: 4_000 })`],
  ["last-good-token", (inner) => `withLastGoodToken(${inner})`],
  [
    "early-renewal",
    (inner) => `withEarlyRenewal(${inner}, { whileIdleMs: 7 * 24 * 60 * 60 * 1_000 })`,
  ],
]);

const requestWrappers: ReadonlyMap<string, (inner: string) => string> = new Map<
  RemedyName,
  (inner: string) => string
>([
  ["retry-budget", (inner) => `withRetryBudget(${inner})`],
  ["jittered-backoff", (inner) => `withJitteredBackoff(${inner})`],
  ["retry-after", (inner) => `withRetryAfter(${inner}, { store })`],
]);

/** What an app calls for a token. */
export interface CodeOf {
  /** Without a version. */
  readonly client: string;
  readonly flows: readonly Flow[];
}

/** Lines of TypeScript; none for no remedy. */
export function codeOf(remedies: readonly string[], of: CodeOf): readonly string[] {
  const has = (name: string): boolean => remedies.includes(name);
  const calls = [...callWrappers].filter(([name]) => has(name)).map(([, wrap]) => wrap);
  const requests = [...requestWrappers].filter(([name]) => has(name)).map(([, wrap]) => wrap);
  const isPage = of.client === "msal-browser" || of.client === "msal";
  const isMsal = of.client.startsWith("msal");
  const cache = has("persisted-cache");
  const body = [
    ...(has("retry-after") || (cache && !isPage) ? storeLines : []),
    ...requestLines(requests, { isMsal, isPage }),
    ...(cache ? cacheLines(isPage) : []),
    ...callLines(calls, of),
  ];
  if (body.length === 0) return [];
  const text = body.join("\n");
  const names = [...new Set(text.match(/\b(?:with[A-Z]\w+|msal[NC]\w+)(?=\()/g))].sort();
  return names.length === 0
    ? body
    : [`import { ${names.join(", ")} } from "brownout/remedies";`, "", ...body];
}

const storeLines: readonly string[] = [
  "// A file or Redis: { read(key), write(key, value) }, both asynchronous.",
  "const store = yourStore;",
];

function requestLines(
  wrappers: readonly ((inner: string) => string)[],
  { isMsal, isPage }: { readonly isMsal: boolean; readonly isPage: boolean },
): readonly string[] {
  if (wrappers.length === 0) return [];
  const send = wrappers.reduce((inner, wrap) => wrap(inner), "(request) => fetch(request)");
  return [
    "// Around requests.",
    `const send = ${send};`,
    isMsal && !isPage
      ? "const system = { networkClient: msalNetworkClient(send) }; // of MSAL's configuration"
      : "// Give it to your client in the place of fetch.",
  ];
}

function cacheLines(isPage: boolean): readonly string[] {
  return isPage
    ? ['const cache = { cacheLocation: "localStorage" }; // of MSAL\'s configuration']
    : [
        "// A saved cache that is no reason to fail.",
        "const cache = { cachePlugin: msalCachePlugin(withSteadyStore(store)) }; // of MSAL's configuration",
      ];
}

function callLines(
  wrappers: readonly ((inner: string) => string)[],
  of: CodeOf,
): readonly string[] {
  if (wrappers.length === 0) return [];
  const { call, request } = callOf(of);
  const get = wrappers.reduce((inner, wrap) => wrap(inner), `(request) => ${call}`);
  return [
    "// Around calls.",
    `const getToken = ${get};`,
    `const token = await getToken(${request});`,
  ];
}

function callOf({ client, flows }: CodeOf): { readonly call: string; readonly request: string } {
  if (client === "azure-identity")
    return { call: "credential.getToken(request)", request: "scopes" };
  const isMsal = client.startsWith("msal");
  const has = (flow: Flow): boolean => flows.includes(flow);
  if (isMsal && has("silent"))
    return { call: "msal.acquireTokenSilent(request)", request: "{ account, scopes }" };
  if (isMsal && has("on-behalf-of"))
    return { call: "msal.acquireTokenOnBehalfOf(request)", request: "{ oboAssertion, scopes }" };
  if (isMsal && has("managed-identity"))
    return { call: "managedIdentity.acquireToken(request)", request: "{ resource }" };
  if (isMsal)
    return { call: "msal.acquireTokenByClientCredential(request)", request: "{ scopes }" };
  return { call: "client.getToken(request)", request: "{ scopes }" };
}
