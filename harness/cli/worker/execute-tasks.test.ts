import { expect, it } from "vitest";
import type { MountName } from "../../network/mount-names.ts";
import type { RunReply, RunTask } from "./protocol.ts";
import { executeTasks } from "./execute-tasks.ts";

function task(scenario: string, mount: MountName): RunTask {
  return { scenario, mount, seed: "1", journalFile: `/tmp/${scenario}` };
}

/** Executes tasks on so many workers; a task ends when the test says so. */
function execute(
  tasks: readonly RunTask[],
  workers: number,
  { cores, withinMs }: { readonly cores?: number; readonly withinMs?: number } = {},
) {
  const begun: string[] = [];
  const reported: string[] = [];
  const ends = new Map<string, () => void>();
  const kills = new Set<() => void>();
  const execution = executeTasks(
    tasks,
    {
      onInterrupt: () => () => undefined,
      createPool: () => ({
        run: (one) =>
          new Promise<RunReply>((resolve) => {
            begun.push(one.scenario);
            ends.set(one.scenario, () =>
              resolve({ kind: "done", task: one, tookMs: 0, simulatedMs: 0 }),
            );
            const error = { code: "worker-died", message: "it was ended" };
            kills.add(() => resolve({ kind: "failed", task: one, error }));
          }),
        // A promise is settled once: those that are over stay as they are.
        close() {
          for (const kill of kills) kill();
          return Promise.resolve();
        },
      }),
    },
    {
      workers,
      ...(cores === undefined ? {} : { cores }),
      withinMs,
      onReply: ({ task: one }) => reported.push(one.scenario),
    },
  );
  const end = async (scenario: string): Promise<void> => {
    ends.get(scenario)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, reported, end, execution };
}

const mixed = [
  task("node-1", "https"),
  task("page-1", "proxy"),
  task("node-2", "https"),
  task("page-2", "proxy"),
  task("page-3", "proxy"),
];

it("lets each worker begin under another mount and stay there, then help where most is left", async () => {
  const { begun, reported, end, execution } = execute(mixed, 2);
  expect(begun).toEqual(["node-1", "page-1"]);
  await end("node-1");
  expect(begun.at(-1)).toBe("node-2");
  await end("node-2");
  expect(begun.at(-1)).toBe("page-2");
  await end("page-1");
  expect(begun.at(-1)).toBe("page-3");
  expect(reported).toEqual(["node-1", "page-1", "node-2"]);
  await end("page-2");
  await end("page-3");
  expect((await execution).replies.map(({ task: one }) => one.scenario)).toEqual(
    mixed.map(({ scenario }) => scenario),
  );
});

it("starts as many workers as there are cores, and the others after the first reply", async () => {
  const { begun, end, execution } = execute(mixed, 3, { cores: 2 });
  expect(begun).toEqual(["node-1", "page-1"]);
  await end("node-1");
  expect(begun).toEqual(["node-1", "page-1", "node-2", "page-2"]);
  for (const scenario of ["node-2", "page-1", "page-2"]) await end(scenario);
  await end("page-3");
  await execution;
});

it("begins with the first task, also when another takes longer", async () => {
  const tasks = [task("node-1", "https"), task("page-1", "proxy"), task("page-2", "proxy")];
  const { begun, end, execution } = execute(tasks, 1);
  expect(begun).toEqual(["node-1"]);
  for (const { scenario } of tasks) await end(scenario);
  await execution;
});

it("starts no worker for what the others will have done before it is ready", async () => {
  const tasks = ["node-1", "page-1", "page-2"].map((name) =>
    task(name, name.startsWith("node") ? "https" : "proxy"),
  );
  const { begun, end, execution } = execute(tasks, 2);
  await end("node-1");
  expect(begun).toEqual(["node-1", "page-1"]);
  await end("page-1");
  expect(begun).toEqual(["node-1", "page-1", "page-2"]);
  await end("page-2");
  await execution;
});

it("draws no more workers to runs that keep a core busy than there are cores", async () => {
  const tasks = [1, 2, 3, 4, 5, 6]
    .map((number) => task(`node-${number}`, "https"))
    .concat([1, 2, 3].map((number) => task(`page-${number}`, "proxy")));
  const { begun, end, execution } = execute(tasks, 4, { cores: 2 });
  expect(begun).toEqual(["node-1", "page-1"]);
  await end("page-1");
  expect(begun).toEqual(["node-1", "page-1", "page-2", "page-3", "node-2"]);
  await end("page-2");
  await end("page-3");
  expect(begun).toEqual(["node-1", "page-1", "page-2", "page-3", "node-2"]);
  for (const number of [1, 2, 3, 4, 5, 6]) await end(`node-${number}`);
  expect((await execution).replies).toHaveLength(9);
});

it("does everything with one worker, too, a mount at a time", async () => {
  const { begun, end, execution } = execute(mixed, 1);
  for (const scenario of ["node-1", "node-2", "page-1", "page-2", "page-3"]) await end(scenario);
  expect(begun).toEqual(["node-1", "node-2", "page-1", "page-2", "page-3"]);
  await execution;
});

it("ends what is under way when its time is over, begins nothing more, and says of each which it was", async () => {
  const tasks = ["a", "b", "c"].map((name) => task(name, "https"));
  const { begun, end, execution } = execute(tasks, 1, { withinMs: 300 });
  await end("a");
  const { replies, isOverTime, interruptedBy } = await execution;
  expect([isOverTime, interruptedBy]).toEqual([true, undefined]);
  expect(begun).toEqual(["a", "b"]);
  expect(replies.map((reply) => (reply.kind === "failed" ? reply.error : reply.kind))).toEqual([
    "done",
    { code: "time-limit", message: expect.stringContaining("it was under way") },
    { code: "time-limit", message: expect.stringContaining("it had not begun") },
  ]);
});
