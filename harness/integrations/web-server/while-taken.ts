/** A port that a worker of Playwright has had is free as soon as that worker has ended. */
import { HarnessError } from "../../core/errors.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";

const ATTEMPTS = 50;
const BETWEEN_ATTEMPTS_MS = 200;

/** Listens, again and again for some seconds while that fails; rejects `bad-usage` then. */
export async function whileTaken<Result>(
  port: number,
  listen: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listen();
    } catch (error) {
      if (attempt === ATTEMPTS) throw portTaken(port, error);
      await new Promise<void>((resolve) => void afterMachineMs(BETWEEN_ATTEMPTS_MS, resolve));
    }
  }
}

function portTaken(port: number, cause: unknown): HarnessError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HarnessError("bad-usage", `the port ${port} of this machine is taken: ${reason}`, {
    place: "withEntra",
    hint: "Run the tests again: another program has taken the port since the configuration was read.",
    cause,
  });
}
