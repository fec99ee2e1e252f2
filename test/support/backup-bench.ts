/** The primary and the backup behind one front door, for tests without a client, with a clock that they move forward. */
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { createDirectory } from "../../harness/entra/directory/directory.ts";
import type { World } from "../../harness/entra/directory/world.ts";
import { createEsts } from "../../harness/entra/token-service/ests.ts";
import { parseObject } from "../../harness/core/http/json-object.ts";
import { createRequest, createResponse, textOfResponse } from "../../harness/core/http/message.ts";
import { createRandom } from "../../harness/core/random.ts";
import { createBackup } from "../../harness/entra/backup/backup.ts";
import { createFailover, isServedByBackup } from "../../harness/entra/backup/failover.ts";

const HOST = "https://login.microsoftonline.com";

export interface Sent {
  readonly form?: Readonly<Record<string, string>>;
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A working service; `fail` and `recover` begin and end an outage of the primary. */
export function startBench(world: World = contoso) {
  let nowMs = Date.UTC(2026, 2, 2, 8);
  let isDown = false;
  let wellAtMs = nowMs;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const directory = createDirectory(world, clock);
  const random = createRandom("backup bench");
  const { settings } = world;
  const ests = createEsts({ directory, clock, random, settings });
  const service = createFailover({
    primary: {
      connect: () => Promise.resolve(),
      handle: (request) =>
        isDown
          ? Promise.resolve(createResponse("down", { status: 503, headers: [] }))
          : ests(request),
    },
    backup: createBackup({
      directory,
      clock,
      random,
      settings,
      edition: "2026-03",
      primaryWellAtMs: () => (isDown ? wellAtMs : nowMs),
    }),
    aroundBackup: (backup) => backup,
  });

  return {
    directory,
    now: () => nowMs,
    pass: (ms: number) => void (nowMs += ms),
    fail() {
      if (!isDown) wellAtMs = nowMs;
      isDown = true;
    },
    recover: () => void (isDown = false),
    /** Sends a form, or asks for a page; the path begins with the tenant. */
    async send(path: string, { form, cookie = "", headers = {} }: Sent = {}) {
      const request = createRequest(`${HOST}/${path}`, {
        headers: {
          ...headers,
          cookie,
          ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        },
        ...(form === undefined
          ? {}
          : { method: "POST", body: new URLSearchParams(form).toString() }),
      });
      const response = await service.handle(request);
      const text = await textOfResponse(response);
      const given = response.headers.getSetCookie().find((line) => line.startsWith("ESTSAUTH="));
      return {
        status: response.status,
        location: response.headers.get("location"),
        headers: response.headers,
        text,
        json: parseObject(text) ?? {},
        cookie: given?.split(";")[0],
        byBackup: isServedByBackup(request),
      };
    },
  };
}

export type Bench = ReturnType<typeof startBench>;
