/**
 * A client under test: an adapter around an unmodified package or program. An adapter calls its
 * library the way the library's documentation shows, and adds no retry, cache or time-out.
 */
import type { Clock } from "../core/time/clock.ts";
import type { Participant } from "../core/time/participants.ts";
import type { Random } from "../core/random.ts";
import type { AppRegistration, Tenant, User, World } from "../entra/directory/world.ts";
import type { Flow } from "../history/event.ts";
import type { PageFile } from "../network/browser-mounts/page-file.ts";

/**
 * One request of the application to its client for a token.
 *
 * @example
 * await app.acquire({ flow: "silent", user: world.user("adele"), scopes: ["User.Read"] });
 */
export interface TokenRequest {
  /** The method of the client that is called, such as `silent` or `client-credentials`. */
  readonly flow: Flow;
  readonly scopes: readonly string[];
  /** The user, for flows with one. */
  readonly user?: User;
  /** The password for `password` (default: the user's), the assertion for `on-behalf-of`, which has no default, the refresh token for `refresh-token` (default: the saved one). */
  readonly credential?: string;
  /** A claims challenge from a protected API, as JSON text. */
  readonly claims?: string;
  /** Requests a new token although one is cached; default: false. */
  readonly forceRefresh?: boolean;
  /** `prompt` of the authorize request, for `authorization-code`. */
  readonly prompt?: "login" | "consent" | "select_account" | "none" | "create";
  /** A region whose own token endpoint is used, such as `westus2`; for `client-credentials`. */
  readonly region?: string;
  /** The tab of the call, for clients in a browser; default: the tab in front. */
  readonly tab?: string;
  /** The application's own time-out for the call, ms; default: none. The operation then ends as `unknown`. */
  readonly timeoutMs?: number;
}

/**
 * What the client returned for a token request.
 *
 * @example
 * const { accessToken, fromCache } = await app.acquire(request);
 */
export interface TokenResult {
  readonly accessToken: string;
  readonly idToken?: string;
  /** When the access token expires, if the client says; ms since the Unix epoch. */
  readonly expiresAt?: number;
  /** Whether it came from the client's cache, when the client says. */
  readonly fromCache?: boolean;
  /** Home account id `oid.tid` of the user, when there is one. */
  readonly homeAccountId?: string;
}

/** Where tokens are cached: in memory; in the session of a browser tab (elsewhere the same as `memory`); saved across restarts; or in a store that several processes share, such as Redis, with an entry for each user (elsewhere than in MSAL Node the same as `persisted`; not in pages). */
export type CacheKind = "memory" | "session" | "persisted" | "shared";

/** Whether a cache outlives its process. */
export function isSaved(cache: CacheKind): boolean {
  return cache === "persisted" || cache === "shared";
}

/**
 * How the application opens its client.
 *
 * @example
 * const options: OpenOptions = { app, tenant, credential: "secret", cache: "persisted" };
 */
export interface OpenOptions {
  readonly app: AppRegistration;
  readonly tenant: Tenant;
  /** How a confidential client authenticates; absent for a public client. */
  readonly credential?: "secret" | "certificate";
  /** Where tokens are cached: in memory, in the session of a tab, or saved across restarts. */
  readonly cache: CacheKind;
  /** Client capabilities such as `cp1`. */
  readonly capabilities?: readonly string[];
  /** How the application names a user-assigned managed identity; default: `clientId`. */
  readonly identifiedBy?: "clientId" | "objectId" | "resourceId";
}

/**
 * Sends a request to the simulator without a network stack. It fails as the stack does that the
 * client would use: `fetch` (the default) rejects with "fetch failed" and gives up after 300 s
 * without an answer; `http`, for `node:http` and `node:https`, rejects with Node's own error, and
 * waits for ever.
 *
 * @example
 * const response = await transport(new Request(url), "http");
 */
export type Transport = (request: Request, stack?: "fetch" | "http") => Promise<Response>;

/**
 * What an adapter gets from the harness: the simulated world, time, chance, and the ways to reach
 * the simulator.
 *
 * @example
 * const open = async (options: OpenOptions, { transport = fetch, authorityHost }: ClientContext) =>
 *   createMyClient({ authority: `${authorityHost}/${options.tenant.id}`, fetch: transport });
 */
export interface ClientContext {
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  /** `https://login.microsoftonline.com`, or the cloud's host. */
  readonly authorityHost: string;
  /** Sends a request to the simulator; present when the mount does not intercept the process's own network stack. */
  readonly transport?: Transport;
  /** Sends a request as the user's browser. */
  readonly browse: (request: Request) => Promise<Response>;
  /** The cookies of a user's browser, by user id, so that a signed-in user is not asked again. */
  readonly cookiesOf: (user: string | undefined) => Map<string, string>;
  /** Records in the history that a user was prompted. */
  readonly prompted: (prompt: {
    readonly user?: string;
    readonly app?: string;
    readonly prompt: string;
  }) => void;
  /** The client certificate of an app of the fixture worlds, by the app's short name. */
  readonly certificateOf: (app: string) => {
    readonly thumbprintSha256: string;
    /** SHA-1. */
    readonly thumbprint: string;
    readonly privateKeyFile: string;
  };
  /** Present when the client is a page in a browser. */
  readonly browser?: ClientBrowser;
  /** Present when the client is another program. */
  readonly program?: ClientProgram;
  /** What the application saved; kept across `restart` when the cache is `persisted`. */
  readonly storage: Map<string, string>;
  /** The store of the client's cache, with its faults, for a cache that is `persisted` or `shared`: it keeps its values in `storage`. */
  readonly cacheStore: CacheStore;
}

/** Another program that is a client, as an adapter uses it. */
export interface ClientProgram {
  /** The environment variables by which it reaches the simulator. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  /** How many requests of it have arrived and are not over. */
  readonly underway: () => number;
  /** Runs a call into it: its requests meanwhile belong to the current operation. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  /** Advances it with the virtual clock, until the returned function is called. */
  readonly join: (participant: Participant) => () => void;
  /** Ends it with the simulation, if it has not ended before. */
  readonly endLater: (end: () => Promise<void>) => void;
  /** What its clock shows, which a fault may have put wrong; ms since the Unix epoch. */
  readonly wallMs: () => number;
  /** Records that the machine's time ran out for something of it: what rules find about the open operations is inconclusive. */
  readonly abandon: (what: string, limitMs: number) => void;
}

/**
 * Where an application keeps what its client caches, outside the process: a file, or a shared
 * cache such as Redis. Faults at `cache-store` make it slow, full, or fail as such a store fails:
 * the promise rejects.
 *
 * @example
 * const saved = await context.cacheStore.read("tokens");
 * await context.cacheStore.write("tokens", JSON.stringify(tokens));
 */
export interface CacheStore {
  /** `undefined` when nothing was written under that key. */
  read(key: string): Promise<string | undefined>;
  write(key: string, value: string): Promise<void>;
}

/** A tab of an application. */
export interface ClientTab {
  /** As in the history, such as `tab-1`. */
  readonly name: string;
  /** Playwright's `Page`, untyped so that Playwright stays an optional dependency. */
  readonly page: unknown;
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** The user who answers the sign-in pages of a browser. */
export interface SignInPerson {
  readonly username: string;
  readonly password: string;
  /** The code of a second factor, where they type one. */
  readonly factorCode?: string;
  /** Called when a page prompts, with the `prompt` of the authorize request or `none-given`. */
  asked(prompt: string): void;
}

/** How a tab is opened. */
export interface TabOptions {
  /**
   * `"none"`: the tab and the windows that it opens are never painted, where the browser can leave
   * that out, which saves a fifth of its processor time. Animation frames do not come then, nor
   * what depends on them, such as Playwright's `click`. Default: as the browser does it.
   */
  readonly frames?: "none";
}

/** A user's browser, as an adapter uses it. */
export interface ClientBrowser {
  /** Serves the files of the application's own origin. */
  serve(origin: string, files: (path: string) => PageFile | undefined): void;
  /** Opens a new tab at an address; the document may still be loading. */
  openTab(address: string, options?: TabOptions): Promise<ClientTab>;
  /** Runs a call into a page, so that virtual time waits for it. It runs again when the browser has lost its promise, so it must return the same result for the same call. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Attributes requests with this correlation id to the current operation. */
  claim(correlationId: string): void;
  /** Lets this user answer the sign-in pages of the current operation from now on. */
  signInAs(person: SignInPerson): void;
  /** Ends the browser with all its tabs, and starts it again with its persistent storage. */
  restart(): Promise<void>;
}

/**
 * A running instance of the client library inside one application process.
 *
 * @example
 * const instance: ClientInstance = {
 *   acquire: async ({ scopes }) => ({ accessToken: (await client.getToken(scopes)).token }),
 * };
 */
export interface ClientInstance {
  /** Calls the library for a token; rejects with what the library throws. */
  acquire(request: TokenRequest, signal: AbortSignal): Promise<TokenResult>;
  /** The tabs of the application; only for clients in a browser. */
  readonly tabs?: InstanceTabs;
  close?(): Promise<void>;
}

/** What a script can do with the tabs of an application; by default with the tab in front. */
export interface InstanceTabs {
  /** The name of the tab in front. */
  front(): string;
  /** Opens another tab and returns its name. */
  open(): Promise<string>;
  reload(tab?: string): Promise<void>;
  close(tab?: string): Promise<void>;
}

/**
 * A client under test. A scenario brings its own in `clients`, next to the names of built-in ones.
 *
 * @example
 * const myClient: ClientUnderTest = {
 *   name: "my-client",
 *   version: "1.0.0",
 *   flows: ["client-credentials"],
 *   open: async (options, context) => openMyClient(options, context),
 * };
 */
export interface ClientUnderTest {
  /** As in `--client NAME`. */
  readonly name: string;
  /** The version of the package, read from the package itself. */
  readonly version: string;
  /** The flows that it supports. */
  readonly flows: readonly Flow[];
  /** Present when it is a page in a browser: it then runs only under the mounts `proxy` and `route`. */
  readonly inBrowser?: true;
  /** Present when it is another program: it then runs only under the mount `program`. */
  readonly isProgram?: true;
  /** Starts a new process: nothing is kept from an earlier instance except `context.storage`. */
  readonly open: (options: OpenOptions, context: ClientContext) => Promise<ClientInstance>;
  /** Reads an error of this library the way its documentation says; `undefined` for other errors. */
  readonly describeError?: (error: unknown) => ClientErrorDescription | undefined;
}

/**
 * An error of a client, as its documentation says to read it.
 *
 * @example
 * describeError: (error) =>
 *   error instanceof AuthError
 *     ? { name: error.name, code: error.errorCode, message: error.message, interactionRequired: false }
 *     : undefined,
 */
export interface ClientErrorDescription {
  readonly name: string;
  readonly code: string;
  readonly suberror?: string;
  readonly message: string;
  /** The name of the programming error behind the error, such as `TypeError`, when it only wraps one. */
  readonly causedBy?: string;
  /** Whether only a sign-in by the user helps. */
  readonly interactionRequired: boolean;
}
