/** The end of a simulation while a response body waits to be read. */
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { askForToken } from "../../../test/support/session.ts";
import { mount } from "../../network/https.ts";
import { startLiveSimulation } from "./live-simulation.ts";

it("says so at once, instead of waiting for minutes", async () => {
  const session = await startLiveSimulation({ mount });
  session.api("https://orders.contoso.example/v1.0/items", { big: "x".repeat(20_000_000) });
  const token = await askForToken(session);
  const unread = await fetch("https://orders.contoso.example/v1.0/items", {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(unread.status).toBe(200);
  await expect(session.stop()).rejects.toMatchObject({
    code: "stuck",
    hint: expect.stringContaining("Read or cancel every response body"),
  });
  // An assertion of undici would end the process a turn later (nodejs/undici#5360).
  await setTimeout(0);
  await expect(unread.text()).rejects.toMatchObject({
    cause: expect.objectContaining({ message: expect.stringContaining("simulation") }),
  });
});
