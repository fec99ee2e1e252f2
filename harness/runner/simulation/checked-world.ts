/** The world and the settings of a simulation, and when it begins: checked, with their defaults. */
import { checkSettings } from "../../entra/directory/settings-schema.ts";
import { checkWorld } from "../../entra/directory/world-schema.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { World } from "../../entra/directory/world.ts";
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

/** An ISO 8601 instant, which `instantSchema` accepts, as ms since the Unix epoch; default 2026-03-02T08:00:00Z. */
export function startInstant(text = STARTS_AT): number {
  return Date.parse(text);
}
