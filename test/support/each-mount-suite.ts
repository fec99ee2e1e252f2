/**
 * One suite through every mount. A mount owns its process, so each run happens in a worker,
 * as on the command line, and what comes back is its journal.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { parseJournal } from "../../harness/history/journal.ts";
import type { History } from "../../harness/history/event.ts";
import { type MountName, processMounts } from "../../harness/network/mount-names.ts";
import { createPool, type Pool } from "../../harness/cli/worker/pool.ts";

export interface MountRun {
  readonly mount: MountName;
  /** Runs a scenario of the library under this mount. */
  readonly run: (
    scenario: string,
    options?: { readonly client?: string; readonly seed?: string },
  ) => Promise<JournalOfRun>;
}

export interface JournalOfRun {
  /** The journal as written, byte for byte. */
  readonly text: string;
  readonly history: History;
}

/** Declares the same tests under each mount. */
export function describeEachMount(title: string, declare: (mounted: MountRun) => void): void {
  describe.each(processMounts)(`${title}, under %s`, (mount) => {
    let pool: Pool;
    let folder: string;
    let runs = 0;
    beforeAll(() => {
      pool = createPool({ workers: 1 });
      folder = mkdtempSync(join(tmpdir(), "brownout-"));
    });
    afterAll(async () => {
      await pool.close();
      rmSync(folder, { recursive: true });
    });
    declare({
      mount,
      async run(scenario, options = {}) {
        const journalFile = join(folder, `${(runs += 1)}.jsonl`);
        const { client, seed = "1" } = options;
        const reply = await pool.run({
          scenario,
          mount,
          seed,
          journalFile,
          ...(client === undefined ? {} : { client }),
        });
        if (reply.kind === "failed")
          throw new Error(`${reply.error.message}\n${reply.error.hint ?? ""}`);
        const text = readFileSync(journalFile, "utf8");
        return { text, history: parseJournal(text, journalFile) };
      },
    });
  });
}
