/** The whole table of waits, and which kinds of Node's resources no program waits for. */
import { childAndThreadRows } from "./child-rows.ts";
import { loopRows } from "./loop-rows.ts";
import { machineRows } from "./machine-rows.ts";
import { peerRows } from "./peer-rows.ts";
import { readingRows } from "./reading-rows.ts";
import type { Rows } from "./row.ts";
import { timeoutRows } from "./timeout-rows.ts";
import { timerRows } from "./timer-rows.ts";

export const groups: Readonly<Record<string, Rows>> = {
  timers: timerRows,
  readings: readingRows,
  loops: loopRows,
  machine: machineRows,
  children: childAndThreadRows,
  peers: peerRows,
  timeouts: timeoutRows,
};

export const allRows: Rows = Object.assign({}, ...Object.values(groups)) as Rows;

/** Names of `async_hooks.asyncWrapProviders` without a row, with the reason. */
export const withoutRow: Readonly<Record<string, string>> = {
  NONE: "is no resource",
  ELDHISTOGRAM: "measures the event loop",
  HEAPSNAPSHOT: "is read in the same turn",
  WORKERHEAPSNAPSHOT: "ends like WORKERHEAPSTATISTICS",
  WORKERHEAPPROFILE: "ends like WORKERHEAPSTATISTICS",
  WORKERCPUPROFILE: "ends like WORKERHEAPSTATISTICS",
  WORKERCPUUSAGE: "ends like WORKERHEAPSTATISTICS",
  HTTP2PING: "is answered by the other end of a session, which HTTP2SESSION stands for",
  HTTPINCOMINGMESSAGE: "is the server's side of a request",
  JSSTREAM: "is a stream of JavaScript",
  JSUDPWRAP: "is a stream of JavaScript",
  STREAMPIPE: "passes on what another resource brings",
  SHUTDOWNWRAP: "is the end of a connection, which the event loop shows",
  WRITEWRAP: "is a write, which the event loop shows",
  KEYEXPORTREQUEST: "is not made by any function of Node 24",
  QUIC_ENDPOINT: "is behind a flag",
  QUIC_LOGSTREAM: "is behind a flag",
  QUIC_SESSION: "is behind a flag",
  QUIC_STREAM: "is behind a flag",
  QUIC_UDP: "is behind a flag",
  SIGINTWATCHDOG: "belongs to the REPL",
  STATWATCHER: "looks at a file by an interval of its own, in the machine's time: a known limit",
  TTYWRAP: "is a person at a terminal",
};
