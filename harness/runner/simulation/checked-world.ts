/** The world and the settings of a simulation, and when it begins: checked, with their defaults. */
import { HarnessError } from "../../core/errors.ts";
import { checkSettings } from "../../entra/directory/settings-schema.ts";
import { checkWorld } from "../../entra/directory/world-schema.ts";
import type { ServiceSettings, World } from "../../entra/directory/world.ts";
import { contoso } from "../../../fixtures/worlds/contoso.ts";

const STARTS_AT = "2026-03-02T08:00:00Z";

/** Throws `bad-world` for a world that contradicts itself, and for settings that do not fit it. The default world is the fixture `contoso`. */
export function checkWorldAndSettings(
  given: World = contoso,
  changed: (settings: ServiceSettings) => ServiceSettings,
): { readonly world: World; readonly settings: ServiceSettings } {
  const world = checkWorld(given);
  const settings = changed(world.settings);
  checkSettings(settings, world.tenants);
  return { world, settings };
}

/** ISO 8601 as ms since the Unix epoch; default 2026-03-02T08:00:00Z. Throws `bad-usage`. */
export function startInstant(text = STARTS_AT, place = "startsAt"): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new HarnessError("bad-usage", `expected an ISO 8601 instant, found "${text}"`, {
    place,
    hint: 'Write it like "2026-03-02T08:00:00Z".',
  });
}
