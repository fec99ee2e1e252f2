/**
 * The real `@azure/msal-browser` in a page of a real browser, unmodified. The adapter serves
 * a small application (`msal-browser-page.ts`), opens it in a tab, and hands it calls.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { HarnessError } from "../errors.ts";
import type { Flow } from "../history/event.ts";
import type {
  ClientBrowser,
  ClientContext,
  ClientInstance,
  ClientTab,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "./client.ts";
import { notInstalled } from "./installed-package.ts";
import {
  indexHtml,
  type PageApp,
  type PageCall,
  type PageConfiguration,
  type PageFailure,
  type PageOutcome,
  redirectHtml,
  startApp,
} from "./msal-browser-page.ts";

/** The flows that it knows; `authorization-code` is a popup. */
export const msalBrowserFlows = [
  "silent",
  "authorization-code",
  "popup",
  "redirect",
  "sso-silent",
] as const satisfies readonly Flow[];

/** The files of the installed package; its version is read from the package itself. */
export function loadMsalBrowser(): Promise<ClientUnderTest> {
  const library = findPackage();
  return Promise.resolve({
    name: "msal-browser",
    version: library.version,
    flows: msalBrowserFlows,
    inBrowser: true,
    open: (options, context) => openInstance(library, options, context),
    describeError: (error) =>
      error instanceof PageError
        ? {
            name: error.failure.name,
            code: error.failure.errorCode,
            ...(error.failure.subError === "" ? {} : { suberror: error.failure.subError }),
            message: error.failure.message,
            interactionRequired: error.failure.name === "InteractionRequiredAuthError",
          }
        : undefined,
  });
}

interface Library {
  readonly version: string;
  readonly script: string;
  /** Majors from 5 on bring one. */
  readonly bridge: string | undefined;
}

function findPackage(): Library {
  const name = "@azure/msal-browser";
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
    const file = (path: string): string =>
      readFileSync(join(dirname(manifest), "lib", path), "utf8");
    const bridge = ((): string | undefined => {
      try {
        return file("redirect-bridge/msal-redirect-bridge.min.js");
      } catch {
        return undefined;
      }
    })();
    return { version, script: file("msal-browser.min.js"), bridge };
  } catch (cause) {
    throw notInstalled(name, { cause });
  }
}

/** What MSAL threw in the page. */
class PageError extends Error {
  readonly failure: PageFailure;
  constructor(failure: PageFailure) {
    super(failure.message);
    this.name = failure.name;
    this.failure = failure;
  }
}

interface Opened {
  readonly options: OpenOptions;
  readonly context: ClientContext;
  readonly browser: ClientBrowser;
  readonly address: string;
  readonly tabs: Map<string, ClientTab>;
}

async function openInstance(
  library: Library,
  options: OpenOptions,
  context: ClientContext,
): Promise<ClientInstance> {
  const { browser } = context;
  if (browser === undefined) throw new HarnessError("bad-usage", "msal-browser needs a browser");
  const { address, redirectUri } = addressesOf(options);
  const configuration: PageConfiguration = {
    clientId: options.app.clientId,
    authority: `${context.authorityHost}/${options.tenant.id}`,
    knownAuthorities: [],
    redirectUri,
    cacheLocation: locations[options.cache],
    capabilities: options.capabilities ?? [],
  };
  const files: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
    "/": { type: "text/html; charset=utf-8", text: indexHtml(configuration) },
    [new URL(redirectUri).pathname]: {
      type: "text/html; charset=utf-8",
      text: redirectHtml(library.bridge === undefined ? "blank" : "bridge"),
    },
    "/msal.js": { type: "text/javascript", text: library.script },
    "/redirect-bridge.js": { type: "text/javascript", text: library.bridge ?? "" },
    "/app.js": { type: "text/javascript", text: `globalThis.startApp = ${String(startApp)}` },
  };
  browser.serve(new URL(address).origin, (path) => files[path]);
  const opened: Opened = { options, context, browser, address, tabs: new Map() };
  await openTab(opened);
  return {
    acquire: (request) => acquire(opened, request),
    tabs: {
      front: () => frontOf(opened).name,
      open: async () => (await openTab(opened)).name,
      reload: async (tab) => {
        const reloaded = tabNamed(opened, tab);
        await reloaded.reload();
        await started(opened, reloaded.page);
      },
      close: (tab) => {
        const closed = tabNamed(opened, tab);
        opened.tabs.delete(closed.name);
        return closed.close();
      },
    },
  };
}

const locations = {
  memory: "memoryStorage",
  session: "sessionStorage",
  persisted: "localStorage",
} as const;

/** The page of the application, and the one to which sign-ins come back. */
function addressesOf({ app }: OpenOptions): {
  readonly address: string;
  readonly redirectUri: string;
} {
  const uris = app.redirectUris.filter(({ type }) => type === "spa").map(({ uri }) => uri);
  const redirectUri = uris.find((uri) => new URL(uri).pathname !== "/") ?? uris[0];
  if (redirectUri === undefined) {
    throw new HarnessError("bad-scenario", `${app.name} is no single-page application`, {
      place: app.name,
      hint: 'msal-browser needs an app with a redirect URI of type "spa", such as spa of contoso.',
    });
  }
  return { address: new URL("/", redirectUri).href, redirectUri };
}

async function openTab(opened: Opened): Promise<ClientTab> {
  const tab = await opened.browser.openTab(opened.address);
  opened.tabs.set(tab.name, tab);
  await started(opened, tab.page);
  return tab;
}

function frontOf({ tabs, options }: Opened): ClientTab {
  const last = [...tabs.values()].at(-1);
  if (last !== undefined) return last;
  throw new HarnessError("bad-scenario", `all tabs of ${options.app.name} are closed`, {
    hint: "Open one: await app.tabs.open().",
  });
}

function tabNamed(opened: Opened, name: string | undefined): ClientTab {
  if (name === undefined) return frontOf(opened);
  const tab = opened.tabs.get(name);
  if (tab !== undefined) return tab;
  throw new HarnessError("unknown-name", `there is no open tab "${name}"`, {
    place: name,
    hint: `There are ${[...opened.tabs.keys()].join(", ")}.`,
  });
}

type PageScope = typeof globalThis & { readonly app?: PageApp };

/** Waits until MSAL has started in the page; with what a redirect brought. */
async function started(
  { browser }: Opened,
  page: ClientTab["page"],
): Promise<PageOutcome | undefined> {
  return browser.during(async () => {
    await page.waitForFunction(() => (globalThis as PageScope).app !== undefined);
    return page.evaluate(() => (globalThis as PageScope).app?.started);
  });
}

async function acquire(opened: Opened, request: TokenRequest): Promise<TokenResult> {
  const { context, browser, options } = opened;
  const { page } = tabNamed(opened, request.tab);
  const call: PageCall = {
    method: methodOf(request.flow),
    scopes: request.scopes,
    correlationId: context.random.uuid(),
    ...(request.user === undefined ? {} : { username: request.user.upn }),
    ...(request.forceRefresh === undefined ? {} : { forceRefresh: request.forceRefresh }),
    ...(request.claims === undefined ? {} : { claims: request.claims }),
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
  };
  browser.claim(call.correlationId);
  const { user } = request;
  if (user !== undefined && (call.method === "popup" || call.method === "redirect")) {
    browser.seat({
      username: user.upn,
      password: user.password,
      asked: (prompt) => context.prompted({ user: user.id, app: options.app.clientId, prompt }),
    });
  }
  const outcome =
    call.method === "redirect"
      ? await leaveAndComeBack(opened, page, call)
      : await browser.during(() =>
          page.evaluate((wish) => (globalThis as PageScope).app?.call(wish), call),
        );
  if (outcome === undefined)
    throw new HarnessError("bad-scenario", "the page has lost its application");
  if ("failure" in outcome) throw new PageError(outcome.failure);
  const { token } = outcome;
  return {
    accessToken: token.accessToken,
    idToken: token.idToken,
    fromCache: token.fromCache,
    ...(token.expiresAt === undefined ? {} : { expiresAt: token.expiresAt }),
    ...(token.homeAccountId === undefined ? {} : { homeAccountId: token.homeAccountId }),
  };
}

function methodOf(flow: Flow): PageCall["method"] {
  if (flow === "authorization-code") return "popup";
  if (flow === "silent" || flow === "popup" || flow === "redirect" || flow === "sso-silent")
    return flow;
  throw new HarnessError("bad-scenario", `msal-browser cannot do ${flow}`, {
    hint: `It does ${msalBrowserFlows.join(", ")}.`,
  });
}

/** The page is left for the sign-in page; whoever comes back to it brings the result. */
async function leaveAndComeBack(
  opened: Opened,
  page: ClientTab["page"],
  call: PageCall,
): Promise<PageOutcome | undefined> {
  const { browser, address } = opened;
  const landed = browser.during(() =>
    page.waitForEvent("load", {
      predicate: () => page.url().split(/[?#]/)[0] === address,
      timeout: 0,
    }),
  );
  const failed = page
    .evaluate((wish) => (globalThis as PageScope).app?.leave(wish), call)
    // The page went away under the call, as it should.
    .catch(() => undefined);
  const first = await Promise.race([
    landed.then(() => undefined),
    browser.during(() => failed).then((outcome) => outcome ?? landed.then(() => undefined)),
  ]);
  if (first !== undefined) return first;
  return started(opened, page);
}
