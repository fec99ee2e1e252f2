/** The client of the user's own that `--client` names by its file. */
import { resolve } from "node:path";
import { listScenarios } from "../../scenarios/find-scenario.ts";
import type { ClientSummary } from "../clients/client-definition.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import { isPath } from "./scenario-files.ts";
import { describeClient } from "./worker/describe-files.ts";

/** A client with its file; it is opened only where its runs are played. */
export interface OwnClient {
  readonly client: Pick<ClientSummary, "name" | "version" | "flows" | "isProgram">;
  /** Absolute. */
  readonly file: string;
  /** Why a scenario says nothing about it, as its file declares; undefined when it does not. */
  readonly whyNot: (scenario: string) => string | undefined;
}

/** The client of that file; undefined for a name that is none of a file. Rejects with `bad-client` and the place of the mistake. */
export async function findOwnClient(
  named: string | undefined,
  cwd: string,
): Promise<OwnClient | undefined> {
  if (named === undefined || !isPath(named)) return undefined;
  const file = resolve(cwd, named);
  const { notApplicable, ...client } = await describeClient(file);
  const names = listScenarios().map(({ name }) => name);
  for (const [index, { scenario }] of notApplicable.entries()) {
    if (names.includes(scenario)) continue;
    throw new HarnessError("bad-client", `there is no scenario "${scenario}"`, {
      place: `${file}, client.notApplicable[${index}].scenario`,
      hint: suggestNames(scenario, names, 'See "brownout list".'),
    });
  }
  return {
    client,
    file,
    whyNot: (wanted) => notApplicable.find(({ scenario }) => scenario === wanted)?.why,
  };
}
