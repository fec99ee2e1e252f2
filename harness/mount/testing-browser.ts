/** A profile of a real browser over a service that tests script, in virtual time. */
import type { Page } from "@playwright/test";
import { processBrowser } from "../browser/launch.ts";
import { createVirtualClock, type VirtualClock } from "../clock/virtual-clock.ts";
import { createFaultLayer } from "../fault/layer.ts";
import type { FaultEffect } from "../fault/plan.ts";
import type { Service } from "../http/service.ts";
import { createRandom } from "../random.ts";
import type { BrowserProfile, Mounted, MountContext } from "./mount.ts";
import type { MountName } from "./mount-names.ts";
import { loadMount } from "./mounts.ts";
import { answerWith } from "./testing.ts";

const START_MS = Date.UTC(2026, 10, 21);

/** The origin of the page that asks. */
export const APP = "https://app.contoso.example";

export interface BrowserBench {
  readonly clock: VirtualClock;
  readonly mounted: Mounted;
  readonly profile: BrowserProfile;
  /** A page of the application. */
  readonly page: Page;
  /** What the mount told the harness since the last `serve`. */
  readonly harnessErrors: readonly unknown[];
  /** What the service does from now on; a missing part succeeds. */
  serve(service: Partial<Service>): void;
  /** Puts a fault in front of it, or takes it away. */
  break(effect: FaultEffect | undefined, retryAfterExposed?: "yes" | "no"): void;
  /** Lets virtual time pass until a call about the browser settles. */
  drive<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a mount over a service that answers `{}`, with one profile and one page of the application in it. */
export async function startBrowserBench(
  name: MountName,
  options: Partial<MountContext> = {},
): Promise<BrowserBench> {
  const clock = createVirtualClock({ startMs: START_MS, quietTurns: 1, shared: true });
  const harnessErrors: unknown[] = [];
  let scripted: Partial<Service> = {};
  const whole: Service = {
    connect: (attempt) => scripted.connect?.(attempt) ?? Promise.resolve(),
    handle: (request) => (scripted.handle ?? answerWith("{}"))(request),
  };
  let current = whole;
  const mounted = await (
    await loadMount(name)
  ).start({
    service: {
      connect: (attempt) => current.connect(attempt),
      handle: (request) => current.handle(request),
    },
    clock,
    gate: clock.gate,
    seed: 1,
    onHarnessError: (error) => void harnessErrors.push(error),
    ...options,
  });
  if (mounted.browser === undefined) throw new Error(`${name} is no mount for browsers`);
  mounted.browser.serve(APP, (path) => ({
    type: "text/html",
    text: `<!doctype html><title>${path}</title><h1>The application</h1>`,
  }));
  const profile = await mounted.browser.openProfile();
  const page = await profile.context.newPage();
  const drive = <T>(work: () => Promise<T>): Promise<T> =>
    clock.drive(profile.time.during(() => work()));
  await drive(() => page.goto(`${APP}/`));
  return {
    clock,
    mounted,
    profile,
    page,
    harnessErrors,
    serve(next) {
      scripted = next;
      harnessErrors.length = 0;
    },
    break(effect, retryAfterExposed = "no") {
      const nowMs = clock.now();
      current =
        effect === undefined
          ? whole
          : createFaultLayer({
              plan: [{ id: "fault", at: "primary", on: "all", from: 0, for: 600_000, effect }],
              sites: ["primary"],
              clock,
              random: createRandom("1"),
              startedAt: nowMs,
              retryAfterExposed,
            })(whole);
    },
    drive,
    stop: () => mounted.stop(),
  };
}

/** After the last test of a file. */
export const closeBrowser = (): Promise<void> => processBrowser.close();
