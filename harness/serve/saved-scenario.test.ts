/** The text of a scenario of what was done by hand; `saved-scenario.walk.test.ts` plays some. */
import { describe, expect, it } from "vitest";
import { ask, control, daemonRequest, serve } from "../../test/support/serve.ts";

describe("a scenario of what was done by hand", () => {
  it("counts what only its program could do again, and plays an operation once", async () => {
    const serving = await serve();
    await ask(serving, { ...daemonRequest, form: { ...daemonRequest.form, client_id: "unknown" } });
    const { json } = await control(serving, "POST", "/operations", { name: "load" });
    for (let call = 0; call < 3; call += 1) await ask(serving, daemonRequest);
    await control(serving, "POST", `/operations/${(json as { id: number }).id}/end`, {});
    const text = (await control(serving, "GET", "/scenario")).text;
    expect(text).toContain("Left out: 1 token requests");
    expect(text.match(/attempt/g)).toHaveLength(1);
  });

  it("is refused where nothing was done, events were dropped, or the name is none", async () => {
    const serving = await serve({ eventsKept: 20 });
    const refused = async (path: string, said: string): Promise<void> => {
      const { status, text } = await control(serving, "GET", path);
      expect([status, text]).toEqual([400, expect.stringContaining(said)]);
    };
    await refused("/scenario", "nothing was done");
    await refused("/scenario?name=../x", "a name in kebab-case");
    for (let call = 0; call < 20; call += 1) await ask(serving, daemonRequest);
    await refused("/scenario", "no longer in memory");
  });
});
