/** Everything that this process may wait for, watched together while its clock is virtual. */
import type { PendingWork } from "./pending-work.ts";
import { createPendingWork } from "./pending-work.ts";
import type { Replace } from "./patching.ts";
import { watchChildren } from "./watch-children.ts";
import { watchDatagrams } from "./watch-datagrams.ts";
import { watchRequests } from "./watch-requests.ts";
import { watchSockets } from "./watch-sockets.ts";
import { watchThreadPool } from "./watch-thread-pool.ts";
import { watchThreads } from "./watch-threads.ts";

const realNow = performance.now.bind(performance);

export interface ProcessWork extends PendingWork {
  readonly stop: () => void;
}

/** Watches until `stop`; what it puts in place of others is put back by `replace`'s owner. */
export function watchProcessWork(replace: Replace): ProcessWork {
  const work = createPendingWork(realNow);
  const pool = watchThreadPool(work);
  const children = watchChildren(work, replace);
  const stopThreads = watchThreads(work, replace);
  const sockets = watchSockets({
    registry: work,
    replace,
    now: realNow,
    onReceived: children.received,
  });
  const stopRequests = watchRequests(work, sockets);
  watchDatagrams(work, replace);
  const looking =
    <Result>(ask: () => Result) =>
    (): Result => {
      pool.look();
      return ask();
    };
  return {
    ...work,
    any: looking(work.any),
    describe: looking(work.describe),
    stop() {
      pool.stop();
      children.stop();
      stopThreads();
      sockets.stop();
      stopRequests();
    },
  };
}
