/**
 * The machines of a run: which applications run on them, their endpoints, and the regional
 * service behind these. Faults at the edge and in DNS affect only the way to Entra.
 */
import { isServedByBackup } from "../../entra/backup/failover.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { Directory } from "../../entra/directory/directory.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import { faultSiteOf, faultsOf } from "../../faults/layer.ts";
import type { ExchangeNotes } from "../../history/ledger.ts";
import { isMachineAddress } from "../../entra/request/machine-address.ts";
import type { Handler } from "../../core/http/handler.ts";
import type { Service } from "../../core/http/service.ts";
import { createKeyFiles } from "../../entra/managed-identity/key-files.ts";
import { createMachineService } from "../../entra/managed-identity/machine-service.ts";
import {
  createRegionalService,
  type RegionalService,
} from "../../entra/managed-identity/regional-service.ts";
import { createTokenBroker } from "../../entra/managed-identity/token-broker.ts";
import type { Random } from "../../core/random.ts";
import { createMachinePlacements, type MachinePlacements } from "./machine-placements.ts";

export interface MachineParts {
  readonly directory: Directory;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly settings: ServiceSettings;
  /** The application that sends the current request, by its name in the history. */
  readonly asking: () => string | undefined;
  /** The primary with its faults and the backup, as the endpoints of machines reach it. */
  readonly primary: Handler;
}

export interface Machines extends Pick<MachinePlacements, "place" | "runOn"> {
  readonly service: Service;
  readonly regional: RegionalService;
  /** The system that answered a request to a machine's endpoint, and the faults that affected it; undefined for other requests. */
  readonly notesOf: (request: Request) => ExchangeNotes | undefined;
  /** Deletes key files and restores the environment variables. */
  readonly close: () => void;
}

/** Creates the machines of a world, with no application on them. */
export function createMachines(parts: MachineParts): Machines {
  const { directory, clock, settings, primary } = parts;
  const random = parts.random.fork("machines");
  const placements = createMachinePlacements(directory.world);
  const regional = createRegionalService({ directory, clock, settings });
  const keyFiles = createKeyFiles({ random: random.fork("key files") });
  const broker = createTokenBroker({ directory, clock, settings, regional: primary });
  const service = createMachineService({
    directory,
    clock,
    random,
    settings,
    broker,
    keyFiles,
    machineOf: () => placements.of(parts.asking()),
  });
  return {
    service,
    place: placements.place,
    runOn: placements.runOn,
    regional,
    notesOf(request) {
      if (!isMachineAddress(new URL(request.url))) return undefined;
      const behind = broker.behind(request);
      if (behind === undefined || faultSiteOf(request) === "machine")
        return { servedBy: "machine", faults: faultsOf(request) };
      return {
        servedBy: isServedByBackup(behind) ? "backup" : "primary",
        faults: [...faultsOf(request), ...faultsOf(behind)],
      };
    },
    close() {
      keyFiles.close();
      placements.close();
    },
  };
}
