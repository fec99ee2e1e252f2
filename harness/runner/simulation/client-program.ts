/** What a client that is another program gets from its simulation. */
import type { OperationCounter } from "../../clients/application.ts";
import type { ClientContext, ClientUnderTest } from "../../clients/client.ts";
import { HarnessError } from "../../core/errors.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { Mounted } from "../../network/mount.ts";
import type { ProgramCauses } from "./program-causes.ts";

interface ProgramParts {
  readonly client: ClientUnderTest;
  readonly clock: VirtualClock;
  readonly recorder: Recorder;
  readonly operations: OperationCounter;
  readonly mounted: Mounted;
  readonly programCauses: ProgramCauses;
}

/** The program of that name; nothing for a client of another kind. Throws `bad-usage` under a mount that programs do not reach. */
export function programOf(
  { client, clock, recorder, operations, mounted, programCauses }: ProgramParts,
  name: string,
): Pick<ClientContext, "program"> {
  if (client.isProgram !== true) return {};
  const { programs } = mounted;
  if (programs === undefined) throw unreached(client);
  return {
    program: {
      environment: () => programs.environmentOf(name),
      underway: () => programs.underway(name),
      during: programCauses.during,
      join: (participant) => clock.join(participant),
      endLater: programCauses.endLater,
      wallMs: () => clock.now() + clock.wall.shiftMs(),
      abandon: (what, limitMs) =>
        void recorder.emit({
          kind: "wait-abandoned",
          wait: "child",
          what,
          limitMs,
          operations: [...operations.open],
        }),
    },
  };
}

function unreached({ name }: Pick<ClientUnderTest, "name">): HarnessError {
  return new HarnessError("bad-usage", `${name} is a program of its own`, {
    place: name,
    hint: "Use --mount program.",
  });
}
