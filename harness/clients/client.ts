/**
 * A client under test, as the harness sees it: an adapter around an unmodified package or
 * program. An adapter calls its library the way the library's documentation shows, and
 * adds no retry, cache or timeout of its own.
 */
import type { Clock } from "../core/time/clock.ts";
import type { Random } from "../core/random.ts";
import type { AppRegistration, Tenant, User, World } from "../entra/directory/world.ts";
import type { Flow } from "../history/event.ts";
import type { PageFile } from "../network/browser/page-file.ts";

/** One wish of the application for a token. */
export interface TokenRequest {
  readonly flow: Flow;
  readonly scopes: readonly string[];
  /** For flows with a user. */
  readonly user?: User;
  /** Password of `password` flow, assertion of `on-behalf-of`. */
  readonly credential?: string;
  /** A claims challenge from a protected API, as JSON text. */
  readonly claims?: string;
  readonly forceRefresh?: boolean;
  /** `prompt` of the authorize request, for `authorization-code`. */
  readonly prompt?: "login" | "consent" | "select_account" | "none" | "create";
  /** A region whose own token endpoint is to be asked, such as `westus2`; for `client-credentials`. */
  readonly region?: string;
  /** The tab in which it is called; default: the one in front. */
  readonly tab?: string;
  /** The application gives up after this long; the operation is then `unknown`. */
  readonly timeoutMs?: number;
}

/** What the client gave the application. */
export interface TokenResult {
  readonly accessToken: string;
  readonly idToken?: string;
  /** ms since the Unix epoch, when the client says. */
  readonly expiresAt?: number;
  readonly fromCache?: boolean;
  /** Home account id `oid.tid`. */
  readonly homeAccountId?: string;
}

/** Where tokens are kept: in memory; as long as the tab of a browser lives (elsewhere as `memory`); or across restarts. */
export type CacheKind = "memory" | "session" | "persisted";

/** How the application opens its client. */
export interface OpenOptions {
  readonly app: AppRegistration;
  readonly tenant: Tenant;
  /** How a confidential client proves itself; absent for a public client. */
  readonly credential?: "secret" | "certificate";
  /** Where the token cache lives: in memory only, or saved and loaded across restarts. */
  readonly cache: CacheKind;
  /** Client capabilities such as `cp1`. */
  readonly capabilities?: readonly string[];
  /** How it names a user-assigned managed identity; default: by client id. */
  readonly identifiedBy?: "clientId" | "objectId" | "resourceId";
}

export interface ClientContext {
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  /** `https://login.microsoftonline.com`, or the cloud's host. */
  readonly authorityHost: string;
  /** Present when the mount does not reach the process's own network stack. */
  readonly transport?: (request: Request) => Promise<Response>;
  /** Sends a request as the person's browser. */
  readonly browse: (request: Request) => Promise<Response>;
  /** Cookies of the person's browser, by user id: whoever is signed in there is not asked again. */
  readonly cookiesOf: (user: string | undefined) => Map<string, string>;
  /** Tells the history that a person was asked to act. */
  readonly prompted: (prompt: {
    readonly user?: string;
    readonly app?: string;
    readonly prompt: string;
  }) => void;
  /** The client certificate of an app of the fixture worlds, by the app's short name. */
  readonly certificateOf: (app: string) => {
    readonly thumbprintSha256: string;
    /** The SHA-1. */
    readonly thumbprint: string;
    readonly privateKeyFile: string;
  };
  /** Present when the client is a page in a browser. */
  readonly browser?: ClientBrowser;
  /** What the application saved; survives `restart`. */
  readonly storage: Map<string, string>;
}

/** A tab of an application, by its name in the history. */
export interface ClientTab {
  readonly name: string;
  /** Playwright's `Page`. Its type is not named: whoever has no browser need not have Playwright. */
  readonly page: unknown;
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** The person who signs in: what they type, and what to call when a page asks them. */
export interface SignInPerson {
  readonly username: string;
  readonly password: string;
  /** With the `prompt` of the authorize request, or `none-given`. */
  asked(prompt: string): void;
}

/** A person's browser, as an adapter uses it. */
export interface ClientBrowser {
  /** The files of the application's own origin. */
  serve(origin: string, files: (path: string) => PageFile | undefined): void;
  /** A new tab at an address; the document may still be loading. */
  openTab(address: string): Promise<ClientTab>;
  /** Runs a call into a page, so that time knows of its beginning and end; once more where the browser has lost its promise, so it must say the same when asked again. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Requests with this correlation id are of the operation that is under way here. */
  claim(correlationId: string): void;
  /** Who fills in the sign-in pages of the operation under way, from now on. */
  signInAs(person: SignInPerson): void;
  /** The browser ends with all its tabs, and starts again with what outlives it. */
  restart(): Promise<void>;
}

/** A running instance of the client library inside one application process. */
export interface ClientInstance {
  /** Rejects with whatever the library throws. */
  acquire(request: TokenRequest, signal: AbortSignal): Promise<TokenResult>;
  /** The tabs of an application in a browser. */
  readonly tabs?: InstanceTabs;
  close?(): Promise<void>;
}

/** What a script can do to the tabs of an application; a call goes to the tab in front unless it names another. */
export interface InstanceTabs {
  /** The name of the tab in front. */
  front(): string;
  open(): Promise<string>;
  reload(tab?: string): Promise<void>;
  close(tab?: string): Promise<void>;
}

export interface ClientUnderTest {
  /** As in `--client NAME`. */
  readonly name: string;
  readonly version: string;
  readonly flows: readonly Flow[];
  /** It is a page in a browser: it runs under the mounts `proxy` and `route`, and under no other. */
  readonly inBrowser?: true;
  /** A fresh process: nothing is kept from an earlier instance but `context.storage`. */
  readonly open: (options: OpenOptions, context: ClientContext) => Promise<ClientInstance>;
  /** Reads an error of this library the way its documentation says. */
  readonly describeError?: (error: unknown) => ClientErrorDescription | undefined;
}

export interface ClientErrorDescription {
  readonly name: string;
  readonly code: string;
  readonly suberror?: string;
  readonly message: string;
  readonly interactionRequired: boolean;
}
