/**
 * The suite in whose process a mount stands: a person's own tests, which have mocks and real
 * neighbours of their own. There a mount answers for the hosts that it serves and keeps its
 * hands off the rest: what the suite mocks reaches its mock, and what is not mocked is stopped
 * where it would leave the machine (`network-guard.ts`).
 */
import { HarnessError } from "../core/errors.ts";
import { hostMatches, isServedUrl } from "./served-hosts.ts";

/** What the mount needs of a `setupServer()` of msw. */
export interface MswServer {
  use(...handlers: never[]): void;
}

export interface Suite {
  /** Hosts that are left alone: neither simulated nor stopped. A leading `*.` stands for one label. */
  readonly allow: readonly string[];
  /** The suite's own msw server, for the mount `msw`. */
  readonly server?: MswServer;
}

/** Whether a host is none of the simulator's business. */
export function isAllowed(suite: Suite | undefined, host: string): boolean {
  return suite?.allow.some((pattern) => hostMatches(pattern, host)) ?? false;
}

/** Whether the simulator answers for an address in this suite. */
export function isServedIn(suite: Suite | undefined, url: URL): boolean {
  return isServedUrl(url) && !isAllowed(suite, url.hostname);
}

/** Throws `bad-usage` for an entry of `allow` that is no host name. */
export function checkAllow(allow: readonly unknown[]): void {
  const wrong = allow.find(
    (host) => typeof host !== "string" || !/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host),
  );
  if (wrong === undefined) return;
  throw new HarnessError("bad-usage", `${JSON.stringify(wrong)} is no host name`, {
    place: "allow",
    hint: 'Write the name alone, such as "db.internal" or "*.example.com".',
  });
}
