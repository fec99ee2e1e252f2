/** As much of Redis and PostgreSQL as shows answers that come in parts and late. */
import type { Socket } from "node:net";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

const LATE_MS = 120;

/** Answers each command late: the first part of the reply at once, the rest 120 ms later. */
export function speakRedis(socket: Socket): void {
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    void (async () => {
      const commands = data
        .toString("utf8")
        .split(/\*\d+\r\n/)
        .filter(Boolean);
      for (const command of commands) {
        const name = command.split("\r\n")[1];
        if (name === "SUBSCRIBE") {
          socket.write("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
          continue;
        }
        socket.write("*2\r\n$3\r\none\r\n");
        await sleep(LATE_MS);
        socket.write("$3\r\ntwo\r\n");
      }
    })();
  });
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const READY = message("Z", Buffer.from("I"));
const OK = message("R", Buffer.from([0, 0, 0, 0]));
const PASSWORD = message("R", Buffer.from([0, 0, 0, 3]));

/** Asks for a password; then two rows for each query, of which the second comes 120 ms later. */
export function speakPostgres(socket: Socket): void {
  let isStarted = false;
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    void (async () => {
      if (!isStarted) {
        isStarted = true;
        socket.write(PASSWORD);
      } else if (String.fromCharCode(data[0] ?? 0) === "p") {
        socket.write(OK);
        await sleep(LATE_MS);
        socket.write(READY);
      } else {
        socket.write(message("D", Buffer.from("first")));
        await sleep(LATE_MS);
        socket.write(
          Buffer.concat([
            message("D", Buffer.from("second")),
            message("C", Buffer.from("SELECT 2\0")),
            READY,
          ]),
        );
      }
    })();
  });
}
