/** Operations that other programs begin and end: what their requests were for. */
import { HarnessError } from "../../core/errors.ts";
import type { ClientProcess } from "../../network/way-in/client-process.ts";
import type { ProcessError } from "../../history/process-error.ts";
import { recordCrash } from "../record-crash.ts";
import type { Supervisor } from "../supervisor.ts";

/** What a program says of the operation that it begins. */
export interface OperationAsked {
  readonly name: string;
  /** The application instance; default: the program itself. */
  readonly client?: string;
  /** Whose requests belong to it. */
  readonly requests: "own" | "all";
}

export interface OpenOperations {
  /** Begins one; requests of the caller and its descendants belong to it, or all. Returns its id. */
  readonly begin: (asked: OperationAsked, caller: ClientProcess | undefined) => number;
  /** Ends it: good, or failed with that message, also by an error that ended its process. Throws `unknown-name`. */
  readonly end: (id: number, failure?: string, crash?: ProcessError["error"]) => void;
  /** Forgets all: their simulation is gone. */
  readonly forget: () => void;
}

/** Creates it, with no operation. */
export function createOpenOperations(supervisor: Supervisor): OpenOperations {
  const open = new Map<number, (failure?: string, crash?: ProcessError["error"]) => void>();
  return {
    begin({ name, client, requests }, caller) {
      const { live, instances } = supervisor.current();
      const process = caller === undefined ? undefined : { ...caller, name: client ?? caller.name };
      const instance =
        process === undefined && client !== undefined
          ? client
          : instances.nameOf({ process, address: "operation" });
      const begun = live.begin(instance, name);
      const { operation } = begun;
      const isOwn = requests === "own" && caller !== undefined;
      const close = instances.open({
        client: instance,
        operation,
        pid: isOwn ? caller.pid : undefined,
      });
      open.set(operation, (failure, crash) => {
        close();
        if (crash !== undefined) recordCrash(live.recorder, crash, { client: instance, operation });
        begun.end(failure);
      });
      return operation;
    },
    end(id, failure, crash) {
      const end = open.get(id);
      if (end === undefined) {
        throw new HarnessError("unknown-name", `no operation ${id} is under way`, {
          place: "operations",
          hint: `There ${open.size === 0 ? "is none" : `are ${[...open.keys()].join(", ")}`}.`,
        });
      }
      open.delete(id);
      end(failure, crash);
    },
    forget: () => open.clear(),
  };
}
