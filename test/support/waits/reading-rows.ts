/** Every way to read the time. */
import { runInNewContext } from "node:vm";
import { after, type Row, pause, type Rows } from "./row.ts";

const HOUR_MS = 3_600_000;

/** The difference that an hour makes to a reading, ms. */
function anHourBy(read: () => number): Row {
  return after(
    HOUR_MS,
    async () => {
      const before = read();
      await pause(HOUR_MS);
      return Math.round(read() - before);
    },
    { gives: HOUR_MS },
  );
}

export const readingRows: Rows = {
  "Date.now": anHourBy(() => Date.now()),
  "new Date": anHourBy(() => new Date().getTime()),
  "Date()": anHourBy(() => Date.parse((Date as unknown as () => string)())),
  "process.hrtime": anHourBy(() => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1_000 + nanoseconds / 1e6;
  }),
  "process.hrtime of an earlier one": after(
    HOUR_MS,
    async () => {
      const before = process.hrtime();
      await pause(HOUR_MS);
      return process.hrtime(before).join();
    },
    { gives: "3600,0" },
  ),
  "process.hrtime.bigint": anHourBy(() => Number(process.hrtime.bigint() / 1_000_000n)),
  "process.uptime": anHourBy(() => process.uptime() * 1_000),
  "performance.now": anHourBy(() => performance.now()),
  "performance.mark": anHourBy(() => performance.mark("mark").startTime),
  "performance.measure from a mark": after(
    HOUR_MS,
    async () => {
      performance.mark("begin");
      await pause(HOUR_MS);
      return Math.round(performance.measure("measure", "begin").duration);
    },
    { gives: HOUR_MS },
  ),
  "performance.timeOrigin": after(
    HOUR_MS,
    async () => {
      await pause(HOUR_MS);
      return Math.round(performance.timeOrigin + performance.now() - Date.now());
    },
    { gives: 0 },
  ),
  "Intl.DateTimeFormat without an argument": after(
    HOUR_MS,
    async () => {
      await pause(HOUR_MS);
      const format = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });
      const now = new Date();
      const parts = [format.formatToParts(), format.formatToParts(now)].map((one) =>
        JSON.stringify(one),
      );
      return [format.format() === format.format(now), parts[0] === parts[1]].join();
    },
    { gives: "true,true" },
  ),
  "Date of another context": after(
    HOUR_MS,
    async () => {
      await pause(HOUR_MS);
      return Math.abs(Number(runInNewContext("Date.now()")) - Date.now()) < 1_000;
    },
    {
      gives: true,
      limit: "a context of node:vm has a Date of its own, which cannot be replaced from outside",
    },
  ),
};
