/** A profile of a real browser over a service that tests script, in virtual time. */
import type { Page } from "@playwright/test";
import { processBrowser } from "../../harness/browser/launch/launch.ts";
import { createVirtualClock, type VirtualClock } from "../../harness/core/time/virtual-clock.ts";
import { createFaultLayer } from "../../harness/faults/layer.ts";
import type { FaultEffect } from "../../harness/faults/plan.ts";
import type { Service } from "../../harness/core/http/service.ts";
import { createRandom } from "../../harness/core/random.ts";
import type { BrowserProfile, Mounted, MountContext } from "../../harness/network/mount.ts";
import type { MountName } from "../../harness/network/mount-names.ts";
import type { PageFile } from "../../harness/network/browser-mounts/page-file.ts";
import { loadMount } from "../../harness/network/mounts.ts";
import { answerWith } from "./mount.ts";

const START_MS = Date.UTC(2026, 10, 21);

/** The origin of the page that asks. */
export const APP = "https://app.contoso.example";

export interface BrowserBench {
  readonly clock: VirtualClock;
  readonly mounted: Mounted;
  readonly profile: BrowserProfile;
  /** A page of the application. */
  readonly page: Page;
  /** The errors that the mount has reported to the harness since the last `serve`. */
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
  mounted.browser.serve(APP, fileOf);
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

/** Any page of the application, and its workers: each reports the outcome of a call. */
function fileOf(path: string): PageFile {
  const type = path.endsWith(".js") ? "text/javascript" : "text/html";
  const page = `<!doctype html><title>${path}</title><h1>The application</h1><script src="/mark.js"></script>`;
  return { type, text: scripts[path] ?? page };
}

const CALL = "const call = (url) => fetch(url).then((answer) => String(answer.status), String);";
const scripts: Readonly<Record<string, string>> = {
  "/mark.js": "document.body.dataset.marked = 'by a script of its own';",
  "/worker.js": `${CALL} onmessage = async ({ data }) => postMessage(await call(data));`,
  "/shared.js": `${CALL} onconnect = ({ ports: [port] }) => { port.onmessage = async ({ data }) => port.postMessage(await call(data)); };`,
  "/service.js": `${CALL} onactivate = (event) => event.waitUntil(clients.claim());
    onmessage = (event) => event.waitUntil(call(event.data).then((said) => event.source.postMessage(said)));`,
};

/** After the last test of a file. */
export const closeBrowser = (): Promise<void> => processBrowser.close();
