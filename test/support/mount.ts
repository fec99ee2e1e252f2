/** A service that tests script path by path, and a mount started over it in virtual time. */
import { installClock, type InstalledClock } from "../../harness/core/time/install.ts";
import { createVirtualClock, type VirtualClock } from "../../harness/core/time/virtual-clock.ts";
import type { Handler } from "../../harness/core/http/handler.ts";
import { type BodyDelivery, createResponse } from "../../harness/core/http/message.ts";
import type { Service } from "../../harness/core/http/service.ts";
import type { MountContext, Mounted } from "../../harness/network/mount.ts";
import type { MountName } from "../../harness/network/mount-names.ts";
import { loadMount } from "../../harness/network/mounts.ts";

const START_MS = Date.UTC(2026, 10, 21);

export const HOST = "https://login.microsoftonline.com";

export interface MountBench {
  readonly clock: VirtualClock;
  readonly mounted: Mounted;
  readonly harnessErrors: readonly unknown[];
  /** What the service does from now on; a missing part succeeds. */
  serve(service: Partial<Service>): void;
  /** Sends a request and reads it whole, in virtual time. */
  send(path: string, init?: RequestInit): Promise<Sent>;
  /** Ends the run and begins another in the same process, at once and on the same clock. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What a client saw of one request, and how long it took in virtual time. */
export interface Sent {
  readonly tookMs: number;
  readonly status?: number;
  readonly headers?: Headers;
  /** The part of the body that arrived. */
  readonly body: string;
  /** What `fetch` rejected with. */
  readonly failure?: FetchError;
  /** What reading the body rejected with. */
  readonly bodyFailure?: FetchError;
}

export type FetchError = Omit<Error, "cause"> & {
  readonly cause?: { readonly code?: string; readonly message?: string };
};

/** Starts a mount over a service that answers `{}`, with the virtual clock under the process. */
export async function startBench(
  name: MountName,
  options: Pick<MountContext, "keepsConnections"> = {},
): Promise<MountBench> {
  const mount = await loadMount(name);
  const clock = createVirtualClock({
    startMs: START_MS,
    quietTurns: mount.quietTurns,
  });
  const installed: InstalledClock = installClock(clock);
  const harnessErrors: unknown[] = [];
  let current: Partial<Service> = {};
  const service: Service = {
    connect: (attempt) => current.connect?.(attempt) ?? Promise.resolve(),
    handle: (request) => (current.handle ?? answerWith("{}"))(request),
  };
  const context = {
    ...options,
    service,
    clock,
    gate: clock.gate,
    onHarnessError: (error: unknown) => void harnessErrors.push(error),
  };
  let mounted = await mount.start(context);
  return {
    clock,
    get mounted() {
      return mounted;
    },
    harnessErrors,
    serve(next) {
      current = next;
      harnessErrors.length = 0;
    },
    send: (path, init) =>
      clock.drive(sendWhole(new Request(new URL(path, HOST), init), { clock, mounted })),
    async restart() {
      current = {};
      await mounted.stop();
      clock.reset(START_MS);
      mounted = await mount.start(context);
    },
    async stop() {
      await mounted.stop();
      installed.restore();
    },
  };
}

/** A handler that answers every request alike. */
export function answerWith(text: string, delivery?: BodyDelivery): Handler {
  return () => {
    const headers: [string, string][] = [
      ["Content-Type", "application/json"],
      ["Content-Length", String(Buffer.byteLength(text))],
    ];
    return Promise.resolve(createResponse(text, { status: 200, headers }, delivery));
  };
}

async function sendWhole(
  request: Request,
  bench: Pick<MountBench, "clock" | "mounted">,
): Promise<Sent> {
  const beganMs = bench.clock.now();
  const tookMs = (): number => bench.clock.now() - beganMs;
  let response: Response;
  try {
    response = await bench.mounted.fetch(request);
  } catch (error) {
    return { tookMs: tookMs(), body: "", failure: error as FetchError };
  }
  const { status, headers } = response;
  let body = "";
  try {
    for await (const chunk of response.body ?? []) body += Buffer.from(chunk).toString("utf8");
    return { tookMs: tookMs(), status, headers, body };
  } catch (error) {
    return { tookMs: tookMs(), status, headers, body, bodyFailure: error as FetchError };
  }
}
