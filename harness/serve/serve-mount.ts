/** The mount of a served simulation: `https`, for programs outside of this process. */
import { machineEndpoints, POD_IDENTITY_HOST } from "../entra/request/machine-address.ts";
import type { World } from "../entra/directory/world.ts";
import type { Recorder } from "../history/recorder.ts";
import { createInProcessTransport } from "../network/in-process-transport.ts";
import type { Mount } from "../network/mount.ts";
import { packagedAuthority } from "../network/way-in/authority.ts";
import type { SocketClients } from "../network/way-in/socket-clients.ts";
import { startWayIn, type WayIn, type WayInOptions } from "../network/way-in/way-in.ts";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import type { Instances } from "./instances.ts";
import type { ServeOptions } from "./serve-options.ts";
import type { HandedOn } from "./upstream.ts";

/** Turns of the event loop that must pass without activity before stepped time goes on. */
export const QUIET_TURNS = 4;

/** What the mount and the simulation know of each other once both are there. */
export interface Way {
  recorder: Recorder | undefined;
  wayIn: WayIn | undefined;
  readonly failing: WayInOptions["failing"];
  /** Until when each fault, by its id, may break connections; ms since the Unix epoch by the simulator's clock. */
  readonly connectionsBreakUntilMs: Map<string, number>;
}

/** Creates it; `way` is filled when it starts. */
export function createServeMount(
  {
    listen,
    alsoAt,
    machine,
    world,
    authority = packagedAuthority(),
    ownHosts,
    onProblem,
  }: ServeOptions,
  {
    instances,
    clientOf,
    way,
    upstream,
  }: {
    readonly instances: Instances;
    readonly clientOf: SocketClients;
    readonly way: Way;
    readonly upstream: HandedOn | undefined;
  },
): Mount {
  return {
    name: "https",
    quietTurns: QUIET_TURNS,
    async start(given) {
      const service = upstream?.around(given.service) ?? given.service;
      const context = { ...given, service };
      const { clock, gate } = context;
      const onHarnessError = (error: unknown): void => {
        context.onHarnessError?.(error);
        onProblem(error);
      };
      const transport = createInProcessTransport(context);
      way.wayIn = await startWayIn({
        listen,
        alsoAt,
        authority,
        ownHosts,
        service,
        clock,
        gate,
        machineOrigin: originOfMachine(machine, world),
        clientOf,
        causeOf: instances.causeOf,
        causedBy: (cause, work) =>
          way.recorder === undefined ? work() : way.recorder.causedBy(cause, work),
        keepsConnections: () =>
          way.connectionsBreakUntilMs.values().every((untilMs) => clock.now() >= untilMs),
        onHarnessError,
        failing: way.failing,
      });
      const { wayIn } = way;
      let stopped: Promise<void> | undefined;
      return {
        fetch: transport.send,
        reachesProcess: false,
        stop: () =>
          (stopped ??= wayIn.stop().then(() => {
            transport.stop();
          })),
      };
    },
  };
}

/** Where programs on that machine find their identity, by the world. */
function originOfMachine(name: string | undefined, world: World = contoso): string | undefined {
  const machine = world.machines?.find((known) => known.name === name);
  if (machine === undefined) return undefined;
  if (machine.podIdentity === true) return POD_IDENTITY_HOST;
  return new URL(machineEndpoints[machine.source]).origin;
}
