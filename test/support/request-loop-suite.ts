/** The tests of a suite about code that repeats a request without a pause; each mount plays them. */
import { describe, expect, it } from "vitest";
import type { Entra } from "../../harness/integrations/vitest.ts";

const KEYS = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

/** Tests that a loop lets time pass, is judged, and ends in an error when it is endless. */
export function requestLoopSuite(entra: Entra): void {
  describe("code that repeats a request without a pause", () => {
    it.each(["unreachable", "outage"] as const)(
      "lets time pass while it fails: %s",
      async (outage) => {
        entra.outage(outage, { for: "1h" });
        let isOver = false;
        const looping = (async () => {
          while (!isOver)
            await fetch(KEYS)
              .then((answer) => answer.text())
              .catch(() => undefined);
        })();
        await entra.clock.advance("5s");
        expect(entra.clock.elapsed()).toBe(5_000);
        isOver = true;
        await entra.clock.settle(looping);
        expect(entra).not.toPassRule("request-loop");
      },
    );
  });
}
