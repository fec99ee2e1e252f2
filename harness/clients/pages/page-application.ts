/**
 * A library in a page of a real browser, as a client under test: serves the small application
 * around it, opens it in tabs, passes calls to it, and waits for the return from a redirect to the
 * sign-in page. What differs between libraries is in a `PageLibrary`.
 */
import { answersOfUser } from "../html-form.ts";
import type { Page, Request } from "@playwright/test";
import { HarnessError } from "../../core/errors.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import type { Flow } from "../../history/event.ts";
import type { PageFile } from "../../network/browser-mounts/page-file.ts";
import type {
  CacheKind,
  ClientBrowser,
  ClientContext,
  ClientInstance,
  ClientTab,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "../client.ts";
import {
  type PageApp,
  type PageCall,
  type PageConfiguration,
  type PageFailure,
  pageHtml,
  type PageOutcome,
} from "./page-shell.ts";

/** One library, with its program for the page. */
export interface PageLibrary {
  /** As in `--client NAME`. */
  readonly name: string;
  readonly version: string;
  /** The flows that it supports, each with the method of the page for it. */
  readonly methods: Readonly<Partial<Record<Flow, PageCall["method"]>>>;
  /** Where it can cache tokens. */
  readonly caches: readonly CacheKind[];
  /** The library's own script, unmodified. */
  readonly script: string;
  /** A script that defines `startApp(configuration)`. */
  readonly program: string;
  /** More files of the application, by path; `redirectPath` is the path to which sign-ins return. */
  readonly files: (redirectPath: string) => Readonly<Record<string, PageFile>>;
  /** Whether an error requires a sign-in by the user. */
  readonly needsPerson: (failure: PageFailure) => boolean;
}

/** The library as a client under test. */
export function clientInPage(library: PageLibrary): ClientUnderTest {
  return {
    name: library.name,
    version: library.version,
    flows: flowsOf(library),
    inBrowser: true,
    open: (options, context) => openInstance(library, options, context),
    describeError: (error) =>
      error instanceof PageError
        ? {
            name: error.failure.name,
            code: error.failure.errorCode,
            ...(error.failure.subError === "" ? {} : { suberror: error.failure.subError }),
            message: error.failure.message,
            interactionRequired: library.needsPerson(error.failure),
          }
        : undefined,
  };
}

function flowsOf({ methods }: PageLibrary): readonly Flow[] {
  return Object.keys(methods) as Flow[];
}

/** What the library threw in the page. */
class PageError extends Error {
  readonly failure: PageFailure;
  constructor(failure: PageFailure) {
    super(failure.message);
    this.name = failure.name;
    this.failure = failure;
  }
}

interface Opened {
  readonly library: PageLibrary;
  readonly options: OpenOptions;
  readonly context: ClientContext;
  readonly browser: ClientBrowser;
  readonly address: string;
  readonly tabs: Map<string, ClientTab>;
}

async function openInstance(
  library: PageLibrary,
  options: OpenOptions,
  context: ClientContext,
): Promise<ClientInstance> {
  const { browser } = context;
  if (browser === undefined) throw new HarnessError("bad-usage", `${library.name} needs a browser`);
  const { address, redirectUri } = addressesOf(options, library.name);
  if (!library.caches.includes(options.cache)) {
    throw new HarnessError("bad-scenario", `${library.name} has no cache "${options.cache}"`, {
      place: options.app.name,
      hint: `Its caches are ${library.caches.join(", ")}.`,
    });
  }
  const configuration: PageConfiguration = {
    clientId: options.app.clientId,
    authority: `${context.authorityHost}/${options.tenant.id}`,
    redirectUri,
    cacheLocation: locations[options.cache],
    capabilities: options.capabilities ?? [],
  };
  const files: Readonly<Record<string, PageFile>> = {
    ...library.files(new URL(redirectUri).pathname),
    "/": {
      type: "text/html; charset=utf-8",
      text: pageHtml(
        "Contoso",
        `<script src="/msal.js"></script><script src="/app.js"></script><script>startApp(${JSON.stringify(configuration)})</script>`,
      ),
    },
    "/msal.js": { type: "text/javascript", text: library.script },
    "/app.js": { type: "text/javascript", text: library.program },
  };
  browser.serve(new URL(address).origin, (path) => files[path]);
  const opened: Opened = { library, options, context, browser, address, tabs: new Map() };
  await openTab(opened);
  return {
    acquire: (request) => acquire(opened, request),
    tabs: {
      front: () => frontOf(opened).name,
      open: async () => (await openTab(opened)).name,
      reload: async (tab) => {
        const reloaded = tabNamed(opened, tab);
        await reloaded.reload();
        await started(opened, pageOf(reloaded));
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
  // No library of ours has it.
  shared: "localStorage",
} as const;

/** The address of the application, and the one to which sign-ins return. */
function addressesOf(
  { app }: OpenOptions,
  client: string,
): { readonly address: string; readonly redirectUri: string } {
  const uris = app.redirectUris.filter(({ type }) => type === "spa").map(({ uri }) => uri);
  // Addresses on localhost may belong to the user's own server, so none is served there.
  const ours = uris.filter((uri) => new URL(uri).hostname !== "localhost");
  const redirectUri = ours.find((uri) => new URL(uri).pathname !== "/") ?? ours[0];
  if (redirectUri === undefined) {
    const isPage = uris.length > 0;
    throw new HarnessError(
      "bad-scenario",
      isPage
        ? `${app.name} has redirect URIs on localhost only, where a scenario serves no pages`
        : `${app.name} is not a single-page application`,
      {
        place: app.name,
        hint: isPage
          ? "Add a redirect URI under contoso.example, such as https://spa.contoso.example/."
          : `${client} needs an app with a redirect URI of type "spa", such as spa of contoso.`,
      },
    );
  }
  return { address: new URL("/", redirectUri).href, redirectUri };
}

async function openTab(opened: Opened): Promise<ClientTab> {
  const tab = await opened.browser.openTab(opened.address, { frames: "none" });
  opened.tabs.set(tab.name, tab);
  await started(opened, pageOf(tab));
  return tab;
}

/** The tab's page; clients in a page run only with Playwright. */
function pageOf({ page }: ClientTab): Page {
  return page as Page;
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

/** Documents of one page that may come and go before its application starts, and how often and how long, ms of the machine's time, a document without one is waited for to go: half a minute. */
const DOCUMENTS_MAX = 20;
const WAITS_MAX = 1_200;
const WAIT_MS = 25;

/** Waits until the library has started in the page; resolves to the result of a redirect. */
async function started({ browser }: Opened, page: Page): Promise<PageOutcome | undefined> {
  return browser.during(async () => {
    for (let documents = 0, waits = 0; documents < DOCUMENTS_MAX && waits < WAITS_MAX;) {
      const seen = await page.evaluate(outcomeOfStart).catch((error: unknown) => {
        if (isLeft(error)) return "left" as const;
        throw error;
      });
      if (seen === "left") documents += 1;
      else if (seen !== undefined) return seen.outcome;
      else {
        // A reload has begun, and the document of before is still there.
        waits += 1;
        await new Promise<void>((resolve) => void afterMachineMs(WAIT_MS, resolve));
      }
    }
    throw notStarted(page.url());
  });
}

/** Runs in the page; `undefined` when its document was loaded without an application. */
async function outcomeOfStart() {
  const scope = globalThis as PageScope;
  if (scope.app === undefined && document.readyState !== "complete")
    await new Promise((resolve) => {
      scope.addEventListener("load", resolve);
    });
  return scope.app && { outcome: await scope.app.started };
}

/** The next document has come in the place of the one that was asked. */
function isLeft(error: unknown): boolean {
  return error instanceof Error && /context was destroyed|navigat/i.test(error.message);
}

function notStarted(address: string): HarnessError {
  return new HarnessError(
    "bad-scenario",
    "the page did not start its application in half a minute",
    {
      place: address,
    },
  );
}

async function acquire(opened: Opened, request: TokenRequest): Promise<TokenResult> {
  const { library, context, browser, options } = opened;
  const page = pageOf(tabNamed(opened, request.tab));
  const call = callOf(request, library, context.random.uuid());
  browser.claim(call.correlationId);
  const { user } = request;
  if (user !== undefined && call.method !== "silent" && call.method !== "sso-silent") {
    browser.signInAs({
      ...answersOfUser(user),
      asked: (prompt) => context.prompted({ user: user.id, app: options.app.clientId, prompt }),
    });
  }
  const outcome =
    call.method === "redirect"
      ? await redirectAndReturn(opened, page, call)
      : await browser.during(() =>
          page.evaluate((sent) => (globalThis as PageScope).app?.call(sent), call),
        );
  if (outcome === undefined)
    throw new HarnessError("bad-scenario", "the page no longer has its application");
  if ("failure" in outcome) throw new PageError(outcome.failure);
  return outcome.token;
}

function callOf(request: TokenRequest, library: PageLibrary, correlationId: string): PageCall {
  const { flow, scopes, user, forceRefresh, claims, prompt } = request;
  const method = library.methods[flow];
  if (method === undefined) {
    throw new HarnessError("bad-scenario", `${library.name} does not support ${flow}`, {
      hint: `It supports ${flowsOf(library).join(", ")}.`,
    });
  }
  return {
    method,
    scopes,
    correlationId,
    ...(user === undefined ? {} : { username: user.upn }),
    ...(forceRefresh === undefined ? {} : { forceRefresh }),
    ...(claims === undefined ? {} : { claims }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}

/** Redirects the page to the sign-in page and waits for its return, which has the result. */
async function redirectAndReturn(
  opened: Opened,
  page: Page,
  call: PageCall,
): Promise<PageOutcome | undefined> {
  const { browser, address } = opened;
  const arrival = Promise.withResolvers<void>();
  let hasLeft = false;
  const leave = (request: Request): void => {
    hasLeft ||= request.isNavigationRequest() && request.frame() === page.mainFrame();
  };
  const look = (): void => {
    // On a busy machine the browser may report only now that the document that leaves was loaded.
    if (hasLeft && page.url().split(/[?#]/)[0] === address) arrival.resolve();
  };
  const gone = (): void => arrival.reject(new Error("the page was closed"));
  page.on("request", leave).on("load", look).on("close", gone);
  const landed = browser.during(() => arrival.promise);
  const failed = page
    .evaluate((sent) => (globalThis as PageScope).app?.leave(sent), call)
    // The call ends with the page, as it must.
    .catch(() => undefined);
  const back = landed.then(() => undefined);
  try {
    const first = await Promise.race([
      back,
      browser.during(() => failed).then((outcome) => outcome ?? back),
    ]);
    if (first !== undefined) return first;
  } finally {
    page.off("request", leave).off("load", look).off("close", gone);
    // Otherwise virtual time would wait forever for a page that was never left.
    arrival.resolve();
  }
  return started(opened, page);
}
