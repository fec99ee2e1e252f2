/** Node programs under the preload, and the clock of a test that moves theirs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { hours, minutes } from "../../core/time/duration.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { listenForServers } from "./server-clocks.ts";

const register = pathToFileURL(fileURLToPath(new URL("../register.ts", import.meta.url))).href;

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Runs a program with the preload; its lines as they come. */
function startProgram(text: string, clockPort: number, ...more: string[]) {
  const child = spawn(process.execPath, ["--import", register, ...more, "-e", text], {
    env: {
      ...process.env,
      BROWNOUT_CLOCK_PORT: String(clockPort),
      BROWNOUT_WAY_IN_PORT: "1",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  return { printed: () => printed.trim().split("\n"), ended: once(child, "exit") };
}

it("fires the timers of a program in order while a test moves time", async () => {
  const clockPort = await freePort();
  const clocks = await listenForServers(clockPort);
  onTestFinished(() => clocks.stop());
  const program = startProgram(
    `
      const began = Date.now();
      const at = () => Math.round((Date.now() - began) / 60_000);
      const ticks = setInterval(() => console.log("tick", at()), 30 * 60_000);
      setTimeout(() => { clearInterval(ticks); console.log("done", at()); }, 80 * 60_000);
    `,
    clockPort,
  );
  await clocks.present();
  const clock = createVirtualClock({ startMs: await clocks.nowMs(), shared: true });
  const stop = clock.flow();
  const leave = clocks.join(clock, () => 0);
  const beganMs = clock.now();
  await clock.drive(clock.sleep(hours(2)));
  expect(clock.now() - beganMs).toBeGreaterThanOrEqual(hours(2));
  await program.ended;
  expect(program.printed()).toEqual(["tick 30", "tick 60", "done 80"]);
  leave();
  stop();
});

it("goes on from the time to which another test has moved a program", async () => {
  const clockPort = await freePort();
  const clocks = await listenForServers(clockPort);
  onTestFinished(() => clocks.stop());
  startProgram(`setInterval(() => undefined, 36_000_000)`, clockPort);
  await clocks.present();
  const first = createVirtualClock({ startMs: await clocks.nowMs(), shared: true });
  const leave = clocks.join(first, () => 0);
  await first.drive(first.sleep(minutes(90)));
  leave();
  expect((await clocks.nowMs()) - machineTime()).toBeGreaterThan(minutes(60));
});

it("lets a program end when it has nothing to do, and wait for its own timers without a test", async () => {
  const clockPort = await freePort();
  const idle = startProgram(`console.log("nothing to do")`, clockPort);
  await idle.ended;
  expect(idle.printed()).toEqual(["nothing to do"]);
  const waiting = startProgram(
    `setTimeout(() => console.log("after a timer"), 50);
     require("node:timers/promises").setTimeout(150).then(() => console.log("after a pause"));`,
    clockPort,
  );
  await waiting.ended;
  expect(waiting.printed()).toEqual(["after a timer", "after a pause"]);
});
