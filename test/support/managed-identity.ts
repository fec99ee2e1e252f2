/** A machine of the fixture world and its endpoint, for tests without a client; the service behind it can be broken. */
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { createDirectory } from "../../harness/entra/directory/directory.ts";
import { defaultServiceSettings } from "../../harness/entra/directory/settings.ts";
import type { ServiceSettings } from "../../harness/entra/directory/service-settings.ts";
import type { Machine } from "../../harness/entra/directory/world.ts";
import {
  machineEndpoints,
  POD_IDENTITY_HOST,
} from "../../harness/entra/request/machine-address.ts";
import { createRequest, createResponse, textOfResponse } from "../../harness/core/http/message.ts";
import { NetworkFault } from "../../harness/core/http/network-fault.ts";
import type { Service } from "../../harness/core/http/service.ts";
import { createRandom } from "../../harness/core/random.ts";
import {
  createKeyFiles,
  type KeyFileOptions,
} from "../../harness/entra/managed-identity/key-files.ts";
import { createMachineService } from "../../harness/entra/managed-identity/machine-service.ts";
import { createRegionalService } from "../../harness/entra/managed-identity/regional-service.ts";
import { createTokenBroker } from "../../harness/entra/managed-identity/token-broker.ts";

export interface MachineBench {
  readonly service: Service;
  /** The answer of an address of the machine; a JSON body is parsed. */
  ask(query: string, init?: RequestInit & { readonly body?: string }): Promise<Answer>;
  moveTo(elapsedMs: number): void;
  /** What the regional service does from now on. */
  regional: "well" | "failing" | "silent";
  /** Requests to the regional service so far. */
  asked(): readonly string[];
  close(): void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

const STARTED_AT = Date.UTC(2026, 2, 2, 8);

/** The endpoint of a machine of contoso, or of one that differs from it. */
export function machineBench(
  name: string,
  more: {
    readonly machine?: Partial<Machine>;
    readonly settings?: Partial<ServiceSettings>;
    readonly keyFiles?: Omit<KeyFileOptions, "random">;
  } = {},
): MachineBench {
  const known = contoso.machines?.find((candidate) => candidate.name === name);
  if (known === undefined) throw new Error(`no machine ${name}`);
  const machine: Machine = { ...known, ...more.machine };
  let nowMs = STARTED_AT;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const settings = { ...defaultServiceSettings, ...more.settings };
  const random = createRandom("machine bench");
  const directory = createDirectory(contoso, clock);
  const regional = createRegionalService({ directory, clock, settings });
  const asked: string[] = [];
  const keyFiles = createKeyFiles({ random, ...more.keyFiles });
  const bench: Pick<MachineBench, "regional"> = { regional: "well" };
  const broker = createTokenBroker({
    directory,
    clock,
    settings,
    regional: (request) => {
      asked.push(new URL(request.url).host);
      if (bench.regional === "well") return regional.handle(request);
      if (bench.regional === "failing")
        return Promise.resolve(createResponse("", { status: 503, headers: [] }));
      return Promise.reject(new NetworkFault("ECONNRESET", "regional"));
    },
  });
  const machineOf = (): Machine => machine;
  const service = createMachineService({
    directory,
    clock,
    random,
    settings,
    broker,
    keyFiles,
    machineOf,
  });
  const base =
    machine.podIdentity === true
      ? `${POD_IDENTITY_HOST}/metadata/identity/oauth2/token`
      : machineEndpoints[machine.source];

  return Object.assign(bench, {
    service,
    async ask(query: string, init: RequestInit & { readonly body?: string } = {}) {
      const address = query.startsWith("/") ? new URL(query, base).href : `${base}${query}`;
      const response = await service.handle(createRequest(address, init));
      const text = await textOfResponse(response);
      const isJson = /json/.test(response.headers.get("content-type") ?? "");
      const body = (isJson ? JSON.parse(text) : { text }) as Answer["body"];
      return { status: response.status, headers: response.headers, body };
    },
    moveTo(elapsedMs: number) {
      nowMs = STARTED_AT + elapsedMs;
    },
    asked: () => asked,
    close: () => keyFiles.close(),
  });
}
