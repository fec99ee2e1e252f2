/**
 * The single-page application around a sign-in library: what it shows, and what it offers to the
 * harness. It shows what small applications show: a spinner during a call, an alert after a
 * failure, the user's name after a sign-in. It is sent to the page as text, so `openShell` must
 * not use anything outside itself.
 */

/** How the page opens its client. */
export interface PageConfiguration {
  readonly clientId: string;
  readonly authority: string;
  readonly redirectUri: string;
  readonly cacheLocation: "memoryStorage" | "sessionStorage" | "localStorage";
  readonly capabilities: readonly string[];
}

/** One call, as the harness passes it to the page. */
export interface PageCall {
  readonly method: "silent" | "popup" | "redirect" | "sso-silent" | "id-token";
  readonly scopes: readonly string[];
  /** Username of the account. */
  readonly username?: string;
  readonly correlationId: string;
  readonly forceRefresh?: boolean;
  readonly claims?: string;
  readonly prompt?: string;
}

/** A token, as the page returns it. */
export interface PageToken {
  readonly accessToken: string;
  readonly idToken: string;
  readonly expiresAt?: number;
  /** As the library says; absent when it does not. */
  readonly fromCache?: boolean;
  readonly homeAccountId?: string;
}

/** An error of the library, as the page returns it. */
export interface PageFailure {
  readonly name: string;
  readonly errorCode: string;
  readonly subError: string;
  readonly message: string;
}

/** The result of a call. */
export type PageOutcome = { readonly token: PageToken } | { readonly failure: PageFailure };

/** The part of the page that differs between libraries; its methods reject with what the library throws. */
export interface PageClient {
  /** Resolves to the token of a redirect, when the page was opened by one. */
  start(): Promise<PageToken | undefined>;
  acquire(call: PageCall): Promise<PageToken>;
  /** Leaves the page for the sign-in page. */
  leave(call: PageCall): Promise<void>;
  /** The name of the signed-in user. */
  who(): string | undefined;
}

/** What the page offers to the harness, as `globalThis.app`. */
export interface PageApp {
  readonly started: Promise<PageOutcome | undefined>;
  /** Runs a call; with the correlation id of an earlier call, returns the result of that one. */
  call(call: PageCall): Promise<PageOutcome>;
  /** As `call`. */
  leave(call: PageCall): Promise<PageOutcome | undefined>;
}

/** Shows the application around `client`, and starts it. Runs in the page. */
export function openShell(client: PageClient): void {
  const main = document.querySelector("main");
  const show = (kind: "busy" | "alert" | "content", text: string): void => {
    const line = document.createElement("p");
    line.textContent = text;
    if (kind === "alert") line.setAttribute("role", "alert");
    if (kind === "busy") line.setAttribute("aria-busy", "true");
    main?.replaceChildren(line);
  };
  const failureOf = (error: unknown): PageOutcome => {
    const fields = error as Partial<Record<"name" | "errorCode" | "subError" | "message", unknown>>;
    const text = (value: unknown): string => (typeof value === "string" ? value : "");
    return {
      failure: {
        name: text(fields.name),
        errorCode: text(fields.errorCode),
        subError: text(fields.subError),
        message: text(fields.message),
      },
    };
  };
  const settle = (outcome: PageOutcome | undefined): void => {
    if (outcome !== undefined && "failure" in outcome) {
      show("alert", `Something went wrong: ${outcome.failure.errorCode}`);
      return;
    }
    const who = client.who();
    show("content", who === undefined ? "You are signed out." : `Hello ${who}.`);
  };

  show("busy", "Starting");
  const started = client
    .start()
    .then((token): PageOutcome | undefined => (token === undefined ? undefined : { token }))
    .catch(failureOf);
  void started.then(settle);
  const acquire = async (call: PageCall): Promise<PageOutcome> => {
    show("busy", "Loading");
    const outcome = await client.acquire(call).then((token) => ({ token }), failureOf);
    settle(outcome);
    return outcome;
  };
  const leave = async (call: PageCall): Promise<PageOutcome | undefined> => {
    show("busy", "Loading");
    try {
      await client.leave(call);
      return undefined;
    } catch (error) {
      const outcome = failureOf(error);
      settle(outcome);
      return outcome;
    }
  };
  // Kept, or garbage collection could drop the promise of a call that only the harness waits for.
  const kept = new Map<string, Promise<PageOutcome | undefined>>();
  const once =
    <T extends PageOutcome | undefined>(work: (call: PageCall) => Promise<T>) =>
    (call: PageCall): Promise<T> => {
      const outcome = (kept.get(call.correlationId) as Promise<T> | undefined) ?? work(call);
      kept.set(call.correlationId, outcome);
      return outcome;
    };
  const app: PageApp = { started, call: once(acquire), leave: once(leave) };
  Object.assign(globalThis, { app });
}

/** A page of the application with its scripts, as HTML. */
export function pageHtml(title: string, scripts: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1><main></main>${scripts}</body></html>`;
}
