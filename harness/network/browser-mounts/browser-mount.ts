/**
 * What the mounts for browsers share: profiles of Chromium with cookies, storage and tabs of
 * their own, the pages of applications under test, and the clock under all documents. How the
 * requests of a profile reach the service is each mount's own affair, and all that it says.
 */
import type { Browser, BrowserContext, BrowserContextOptions } from "@playwright/test";
import { processBrowser } from "../../browser/launch/launch.ts";
import { keepTime, type PageTime } from "../../browser/page-time.ts";
import { openContext } from "../../browser/unpainted-tabs.ts";
import { HarnessError } from "../../core/errors.ts";
import { createAppOrigins } from "./app-origins.ts";
import { createInProcessTransport } from "../in-process-transport.ts";
import { createFrameSession, type FrameSession } from "./frame-session.ts";
import { nextTurn } from "../turnstile.ts";
import { isServedUrl } from "../served-hosts.ts";
import type { BrowserProfile, Mount, MountContext, PreparedProfile } from "../mount.ts";
import type { MountName } from "../mount-names.ts";

/** How one browser context reaches the service. */
export interface WayIn {
  readonly contextOptions: PreparedProfile["contextOptions"];
  /** Before the context has a page; for a way that must know it. */
  readonly enter?: (context: BrowserContext) => Promise<void>;
  /** Requests that have arrived and are not answered. */
  readonly underway: () => number;
  /** Requests that arrived, each time they did. */
  readonly arrivals: () => number;
  /** Absent where the browser keeps nothing that it was served. */
  readonly keptUntilMs?: () => number | undefined;
  readonly stop: () => Promise<void>;
}

export interface WayInOptions extends Pick<MountContext, "service" | "clock" | "gate" | "suite"> {
  /** Pages of applications under test; they are not recorded. */
  readonly pages: (request: Request) => Response | undefined;
  readonly session: FrameSession;
  /** The time of a document, as a `Server-Timing` header: its scripts can read it before they run. */
  readonly timing: () => string;
  /** How often pages asked for something, by the browser's own count. */
  readonly requestsTo: PageTime["requestsTo"];
  /** Called with an error of the harness: a host that is not simulated, a handler that throws. */
  readonly onHarnessError: (error: unknown) => void;
}

/** A mount for browsers whose profiles reach the service by such a way. */
export function createBrowserMount(
  name: MountName,
  openWay: (options: WayInOptions) => Promise<WayIn>,
): Mount {
  return {
    name,
    inBrowser: true,
    quietTurns: 1,
    start: (context) => {
      const transport = createInProcessTransport(context);
      const origins = createAppOrigins();
      const profiles = new Set<BrowserProfile>();
      let death: HarnessError | undefined;
      const die = (what: string): void => {
        death ??= browserDied(what);
        context.onHarnessError?.(death);
      };
      const prepareProfile = (): Promise<PreparedProfile> =>
        prepare(context, openWay, (request) => origins.answer(request));
      let forget: (() => void) | undefined;
      const openProfile = async (kept?: StorageState): Promise<BrowserProfile> => {
        const browser = await processBrowser.launchBrowser();
        forget ??= processBrowser.onDied(() => die("the browser"));
        const prepared = await prepareProfile();
        const profile = await startProfile(browser, { prepared, die, kept }).catch(
          async (error: unknown) => {
            await prepared.stop();
            throw error;
          },
        );
        const opened: BrowserProfile = {
          ...profile,
          async restart() {
            const state = await profile.context.storageState();
            // What has no expiry ends with the browser.
            const cookies = state.cookies.filter(({ expires }) => expires !== -1);
            await opened.close();
            return openProfile({ ...state, cookies });
          },
          async close() {
            profiles.delete(opened);
            await profile.close();
          },
        };
        profiles.add(opened);
        return opened;
      };
      return Promise.resolve({
        fetch: transport.send,
        reachesProcess: false,
        browser: {
          serve: (origin, files) => origins.serve(origin, files),
          openProfile: () => openProfile(),
          prepareProfile,
          async died() {
            for (
              let turn = 0;
              turn < TURNS_UNTIL_DEATH_IS_REPORTED && death === undefined;
              turn += 1
            )
              await nextTurn();
            return death;
          },
        },
        async stop() {
          for (const profile of profiles) await profile.close();
          forget?.();
          transport.stop();
        },
      });
    },
  };
}

type StorageState = BrowserContextOptions["storageState"];

async function prepare(
  options: MountContext,
  openWay: (options: WayInOptions) => Promise<WayIn>,
  pages: WayInOptions["pages"],
): Promise<PreparedProfile> {
  const { service, clock, gate } = options;
  let profile: BrowserContext | undefined;
  let time: PageTime | undefined;
  let leave: (() => void) | undefined;
  let ignoreDevice: (() => void) | undefined;
  const way = await openWay({
    service,
    clock,
    gate,
    pages,
    ...(options.suite === undefined ? {} : { suite: options.suite }),
    session: createFrameSession(
      options.sessionInFrames,
      async (url) => profile?.cookies(url) ?? [],
    ),
    timing: () => time?.timing() ?? "",
    requestsTo: async (method, url) => time?.requestsTo(method, url) ?? Infinity,
    onHarnessError: (error) => options.onHarnessError?.(error),
  });
  return {
    contextOptions: way.contextOptions,
    arrivals: () => way.arrivals(),
    async attach(context) {
      profile = context;
      await way.enter?.(context);
      time = await keepTime(context, {
        nowMs: clock.now(),
        underway: () => way.underway(),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
        ...(options.device === undefined ? {} : { device: options.device.state() }),
        isServed: isServedUrl,
        keptUntilMs: () => way.keptUntilMs?.(),
      });
      leave = clock.join?.(time);
      ignoreDevice = options.device?.onChange(time.setDevice);
      return time;
    },
    async stop() {
      ignoreDevice?.();
      leave?.();
      await way.stop();
    },
  };
}

async function startProfile(
  browser: Browser,
  {
    prepared,
    die,
    kept,
  }: {
    readonly prepared: PreparedProfile;
    readonly die: (what: string) => void;
    readonly kept: StorageState;
  },
): Promise<Pick<BrowserProfile, "context" | "time" | "close">> {
  const context = await openContext(browser, {
    ...prepared.contextOptions,
    ...(kept === undefined ? {} : { storageState: kept }),
  });
  context.on("page", (page) => void page.on("crash", () => die("a tab of the browser")));
  const time = await prepared.attach(context).catch(async (error: unknown) => {
    await context.close().catch(() => undefined);
    throw error;
  });
  return {
    context,
    time,
    async close() {
      // A browser that died has closed it.
      await context.close().catch(() => undefined);
      await prepared.stop();
    },
  };
}

/** Turns of the event loop in which Playwright reports that a browser died, after the calls that failed with it. */
const TURNS_UNTIL_DEATH_IS_REPORTED = 20;

/** The run cannot go on: what was in the pages is gone. */
function browserDied(what: string): HarnessError {
  return new HarnessError("browser-died", `${what} died in mid-run`, {
    hint: "Machines short of memory end browsers: try fewer at once, with --workers 1.",
  });
}
