/**
 * `node --import brownout/register server.js`: a preload by which a server that a Playwright suite
 * has started follows the clock of the test. `withEntra` of `brownout/playwright` adds it; without
 * a suite it does nothing.
 */
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";
import { CLOCK_PORT, WAY_IN_PORT } from "./web-server/server-variables.ts";
import { followTests } from "./web-server/server-clock.ts";

/** Programs that start the server and are none: they keep the machine's time. */
const PACKAGE_MANAGERS = /^(?:npm|npx|pnpm|pnpx|yarn|corepack)(?:-cli)?(?:\.[cm]?js)?$/;

const clockPort = Number(process.env[CLOCK_PORT]);
const wayInPort = Number(process.env[WAY_IN_PORT]);
const isServer = isMainThread && !PACKAGE_MANAGERS.test(basename(process.argv[1] ?? ""));
if (clockPort > 0 && wayInPort > 0 && isServer) followTests({ clockPort, wayInPort });
