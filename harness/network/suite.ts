/**
 * The suite in whose process a mount stands: a person's own tests, which have mocks and real
 * neighbours of their own. There a mount answers for the hosts that it serves and keeps its
 * hands off the rest: what the suite mocks reaches its mock, and what is not mocked is stopped
 * where it would leave the machine (`network-guard.ts`).
 */
import { expecting, schema } from "../core/validation.ts";
import { hostMatches, isServedUrl } from "./served-hosts.ts";

/** What the mount needs of a `setupServer()` of msw. */
export interface MswServer {
  readonly use: (...handlers: never[]) => void;
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

/** The hosts in `allow`. */
export const allowSchema = schema((z) =>
  z.array(
    z
      .string({
        error: expecting(
          "a host name",
          'Write the name alone, such as "db.internal" or "*.example.com".',
        ),
      })
      .regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i),
  ),
);
