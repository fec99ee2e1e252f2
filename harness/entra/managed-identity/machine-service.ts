/**
 * The endpoints of all machines as one service: it looks up the machine on which the asking
 * program runs, and answers as that machine's source does. An endpoint that the machine does
 * not have refuses the connection.
 */
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { Machine, MachineSource } from "../directory/world.ts";
import { describeRequest } from "../request/endpoint.ts";
import { isTokenAddress, machineEndpoints, POD_IDENTITY_HOST } from "../request/machine-address.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import type { Service } from "../../core/http/service.ts";
import type { Random } from "../../core/random.ts";
import { appService } from "./app-service.ts";
import { type IncomingRequest, type SourceEndpoint } from "./source-endpoint.ts";
import { azureArc } from "./azure-arc.ts";
import { cloudShell } from "./cloud-shell.ts";
import { error, imds } from "./imds.ts";
import type { KeyFiles } from "./key-files.ts";
import { machineLearning } from "./machine-learning.ts";
import { createRateLimit } from "./rate-limit.ts";
import { serviceFabric } from "./service-fabric.ts";
import type { TokenBroker } from "./token-broker.ts";

export interface MachineServiceOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ServiceSettings;
  readonly broker: TokenBroker;
  readonly keyFiles: KeyFiles;
  /** The machine of the program that sends the current request; `undefined` for a program on none. */
  readonly machineOf: () => Machine | undefined;
}

/** The endpoints of every machine of the world. */
export function createMachineService(options: MachineServiceOptions): Service {
  const { clock, settings, machineOf } = options;
  const ids = options.random.fork("ids");
  const limit = createRateLimit({
    clock,
    requestsPerSecondMax: settings.imdsRequestsPerSecondMax,
    concurrentMax: settings.imdsConcurrentRequestsMax,
  });

  const answer = async (machine: Machine, request: Request): Promise<Response> => {
    const incoming: IncomingRequest = {
      ...options,
      machine,
      request,
      ids,
      url: new URL(request.url),
      described: await describeRequest(request),
    };
    return endpoints[machine.source](incoming);
  };

  return {
    connect: (attempt) => {
      const { hostname, origin } = new URL(attempt.url);
      if (originOf(machineOf()) === origin) return Promise.resolve();
      return Promise.reject(new NetworkFault("ECONNREFUSED", hostname));
    },
    async handle(request) {
      const machine = machineOf();
      const url = new URL(request.url);
      if (machine === undefined || originOf(machine) !== url.origin)
        throw new NetworkFault("ECONNREFUSED", url.hostname);
      if (machine.source !== "imds" || !isTokenAddress(url)) return answer(machine, request);
      const leave = limit.enter(machine.name);
      // The body of this answer is not recorded.
      if (leave === undefined) return error(429, "too_many_requests", "Too many requests");
      try {
        await clock.sleep(settings.imdsAnswerMs, request.signal);
        return await answer(machine, request);
      } finally {
        leave();
      }
    },
  };
}

const endpoints: Readonly<Record<MachineSource, SourceEndpoint>> = {
  imds,
  "app-service": appService,
  "service-fabric": serviceFabric,
  "azure-arc": azureArc,
  "cloud-shell": cloudShell,
  "machine-learning": machineLearning,
};

function originOf(machine: Machine | undefined): string | undefined {
  if (machine === undefined) return undefined;
  return machine.podIdentity === true
    ? POD_IDENTITY_HOST
    : new URL(machineEndpoints[machine.source]).origin;
}
