/** Backup tests with the real msal-node: sign in, change the world, ask for tokens in an outage. */
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { hours, minutes } from "../../harness/core/time/duration.ts";
import type { ServiceSettings } from "../../harness/entra/directory/service-settings.ts";
import type { ConditionalAccessPolicy, World } from "../../harness/entra/directory/world.ts";
import { tokenServerError } from "../../harness/faults/presets.ts";
import type { FaultPlan } from "../../harness/faults/plan.ts";
import { graph, only, run } from "./run.ts";
import type { ScriptContext } from "../../harness/runner/scenario.ts";

export interface Step {
  /** ms after the sign-in. */
  readonly atMs: number;
  readonly does: (context: ScriptContext) => void;
}

export interface Story {
  readonly app?: string;
  /** Short names of those who sign in; default: megan. */
  readonly users?: readonly string[];
  readonly world?: World;
  readonly settings?: Partial<ServiceSettings>;
  /** Default: from 20 minutes on, for longer than any test. */
  readonly outages?: FaultPlan;
  readonly steps?: readonly Step[];
  /** When all users ask for a token, ms after the sign-in; default: once, after two hours. */
  readonly asksAtMs?: readonly number[];
}

export type Answer =
  | "served"
  | "declined"
  | "primary served"
  | "primary refused"
  | "primary failed";

/** The outcome of each request, in order: all users at one time, then at the next. */
export async function answersTo(story: Story): Promise<readonly Answer[]> {
  const { app = "desk-app", users = ["megan"], steps = [], asksAtMs = [hours(2)] } = story;
  const answers: Answer[] = [];
  const outcome = await run(
    async (context) => {
      const { open, world, clock } = context;
      const people = users.map((name) => world.user(name));
      const applications = await Promise.all(people.map(() => open({ app })));
      for (const [index, user] of people.entries()) {
        await applications[index]?.acquire({ flow: "authorization-code", scopes: graph, user });
      }
      const asks = asksAtMs.map((atMs) => ({ atMs, does: undefined }));
      for (const { atMs, does } of [...steps, ...asks].toSorted((a, b) => a.atMs - b.atMs)) {
        await clock.until(atMs);
        if (does !== undefined) {
          does(context);
          continue;
        }
        for (const [index, user] of people.entries()) {
          context.note("asks");
          const request = { flow: "silent", scopes: graph, user, forceRefresh: true } as const;
          await applications[index]?.attempt(request);
        }
      }
    },
    {
      settings: { backup: "2026-03", ...story.settings },
      faults: story.outages ?? [tokenServerError({ from: minutes(20), for: hours(400) })],
      ...(story.world === undefined ? {} : { world: story.world }),
    },
  );
  const ended = only(outcome, "exchange-ended");
  for (const note of only(outcome, "noted")) {
    const last = ended.find(
      ({ index, error, issued }) =>
        index > note.index && (error !== undefined || issued !== undefined),
    );
    const by = last?.servedBy === "backup" ? "backup" : "primary";
    const codes = last?.error?.codes ?? [];
    if (by === "backup") answers.push(codes.includes(50033) ? "declined" : "served");
    else if (last?.issued !== undefined) answers.push("primary served");
    else answers.push(codes.includes(90033) ? "primary failed" : "primary refused");
  }
  return answers;
}

/** A policy that requires a second factor of everyone, with the changes of `change`. */
export function policyOf(change: Partial<ConditionalAccessPolicy> = {}): ConditionalAccessPolicy {
  return {
    name: "MFA",
    state: "enabled",
    users: { include: "all", groups: [], roles: [] },
    apps: "all",
    conditions: [],
    controls: ["mfa"],
    resilienceDefaults: "enabled",
    ...change,
  };
}

/** The fixture world in which megan signs in with a certificate. */
export const worldWithCertificate: World = {
  ...contoso,
  tenants: contoso.tenants.map((tenant) => ({
    ...tenant,
    users: tenant.users.map((user) =>
      user.upn.startsWith("megan@") ? { ...user, signsInWith: "certificate" } : user,
    ),
  })),
};

/** The fixture world with these policies in every tenant. */
export function worldWith(...policies: readonly ConditionalAccessPolicy[]): World {
  return { ...contoso, tenants: contoso.tenants.map((tenant) => ({ ...tenant, policies })) };
}
