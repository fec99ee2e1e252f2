import { describe, expect, expectTypeOf, it } from "vitest";
import type { OutageName } from "../../faults/outage-names.ts";
import { presetOptions, type WindowOptions } from "../../faults/preset-options.ts";
import { planOf, type PresetOptions } from "./outage-by-name.ts";

type InTable = { [Name in OutageName]: (typeof presetOptions)[Name][number] };
type OfPresets = {
  [Name in OutageName]: Exclude<keyof PresetOptions<Name>, keyof WindowOptions>;
};

describe("the table of options", () => {
  it("has the options of every preset, and no others", () => {
    expectTypeOf<InTable>().toEqualTypeOf<OfPresets>();
  });

  it("is what an outage by name is checked by", () => {
    for (const [name, options] of Object.entries(presetOptions)) {
      expect(() => planOf(name as OutageName, { xyzzy: 1 } as never)).toThrow(
        expect.objectContaining({
          code: "bad-usage",
          message: 'unknown key "xyzzy"',
          place: `outage "${name}"`,
          hint: `Known keys: ${["id", "from", "for", "where", ...options].join(", ")}.`,
        }),
      );
    }
  });
});
