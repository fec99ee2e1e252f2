import { AsyncLocalStorage } from "node:async_hooks";
import { expect, it } from "vitest";
import type { Cause } from "../../history/ledger.ts";
import { createProgramCauses } from "./program-causes.ts";

function causes() {
  const current = new AsyncLocalStorage<Cause>();
  const recorder = {
    cause: () => current.getStore(),
    causedBy: <T>(cause: Cause, work: () => Promise<T>) => current.run(cause, work),
  };
  const { during, causedByProgram } = createProgramCauses(recorder);
  const seen = (name: string) => causedByProgram(name, () => Promise.resolve(current.getStore()));
  const call = (cause: Cause, work: () => Promise<unknown>) =>
    recorder.causedBy(cause, () => during(work));
  return { seen, call };
}

it("gives a request to the one call into its program that is under way", async () => {
  const { seen, call } = causes();
  await call({ client: "job-1", operation: 3 }, async () => {
    expect(await seen("job-1")).toEqual({ client: "job-1", operation: 3 });
    expect(await seen("job-2")).toEqual({ client: "job-2" });
  });
  expect(await seen("job-1")).toEqual({ client: "job-1" });
});

it("ends every program with the simulation", async () => {
  const ended: string[] = [];
  const { endLater, end } = createProgramCauses({
    cause: () => undefined,
    causedBy: (_cause, work) => work(),
  });
  for (const name of ["job-1", "job-2"])
    endLater(() => {
      ended.push(name);
      return Promise.resolve();
    });
  await end();
  expect(ended).toEqual(["job-1", "job-2"]);
});

it("gives a request to the program alone while several calls are under way", async () => {
  const { seen, call } = causes();
  await call({ client: "job-1", operation: 3 }, () =>
    call({ client: "job-1", operation: 4 }, async () =>
      expect(await seen("job-1")).toEqual({ client: "job-1" }),
    ),
  );
});
