/**
 * Faults that break connections, for clients that are other programs: a connection is made to a
 * host, before there is a path. So a window must take the whole host, or it is refused here by
 * name; what it looks like depends on the way in, and is said when it is announced.
 */
import { HarnessError } from "../core/errors.ts";
import { isConnectionEffect } from "../faults/effect-traits.ts";
import type { FaultEffectKind, FaultPlan, FaultWindow } from "../faults/plan.ts";
import { siteTraits } from "../faults/site-traits.ts";

/** Throws `bad-fault-plan` for a window on connections that depends on what is sent over them. */
export function checkConnectionFaults(plan: FaultPlan, place?: string): void {
  plan.forEach((window, index) => {
    if (!isConnectionEffect(window.effect) || window.at === "machine") return;
    const field = narrowedBy(window);
    if (field === undefined) return;
    throw new HarnessError(
      "bad-fault-plan",
      `faults[${index}].${field}: cannot narrow "${window.effect.kind}" for other programs: a connection is made before a path is sent`,
      {
        place: place ?? "faults",
        hint: 'Narrow it by host, or use an effect on requests, such as "reset".',
      },
    );
  });
}

function narrowedBy({ at, on, where }: FaultWindow): string | undefined {
  if (where?.tenant !== undefined) return "where.tenant";
  if (on === "all") return undefined;
  const isOfApis = on.every((endpoint) => siteTraits.resource.endpoints.includes(endpoint));
  const needed = isOfApis ? siteTraits.resource.endpoints : siteTraits.primary.endpoints;
  // UserInfo is one path of a host that has others.
  const missing = needed.find((endpoint) => !on.includes(endpoint));
  return missing === undefined || (at === "resource" && on.includes("resource")) ? undefined : "on";
}

/** How a client meets a fault, by the way on which it comes. */
export interface Shown {
  /** TLS to the port that all hosts share. */
  readonly direct: string;
  /** Behind CONNECT. */
  readonly proxy: string;
}

/** How clients meet an effect; undefined where they meet the fault itself. */
export function shownAs(kind: FaultEffectKind): Shown | undefined {
  switch (kind) {
    case "refused":
      return { direct: "reset in the TLS handshake", proxy: "502 to CONNECT" };
    case "dns-failure":
      return { direct: "reset in the TLS handshake", proxy: "502 to CONNECT" };
    case "connect-timeout":
      return {
        direct: "a TLS handshake without an answer, then reset",
        proxy: "504 to CONNECT, ten seconds later",
      };
    default:
      return undefined;
  }
}
