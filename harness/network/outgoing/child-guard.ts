/**
 * Loaded by Node before the program of a child process or worker thread, because its parent asks
 * for it (`children.ts`): requests of the child cannot reach the simulator, and must not reach
 * the real service. They fail with an error that says so, and the parent hears of it.
 */
import { installNetworkGuard } from "../network-guard.ts";
import { readChildSettings, writeChildReport } from "./child-settings.ts";
import { stoppedInChild } from "./stopped-in-child.ts";

const settings = readChildSettings(process.env);
if (settings !== undefined) {
  const { program, reports, allow } = settings;
  installNetworkGuard({
    suite: { allow },
    shown: ({ place = "" }) => stoppedInChild({ program, place }),
    onHarnessError: ({ place = "" }) => writeChildReport(reports, { program, place }),
  });
}
