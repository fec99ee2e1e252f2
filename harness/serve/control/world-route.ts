/** Changes of the world while it is served. */
import type { WorldControls } from "../../entra/directory/world-controls.ts";
import type { ConditionalAccessPolicy } from "../../entra/directory/world.ts";
import { refuseOnUpstream, withBody } from "./route.ts";
import { type WorldChange, worldBody } from "./world-change.ts";

/** `POST /world`. */
export const worldRoute = withBody({
  method: "POST",
  path: "/world",
  summary: "Changes people, policies or signing keys.",
  body: worldBody,
  handle(change, _request, { supervisor, changes }) {
    refuseOnUpstream(supervisor, "the people, policies and keys");
    const { live } = supervisor.current();
    perform(change, live.world);
    changes.add({ at: live.clock.now(), change });
    return { json: { changed: change.change } };
  },
});

function perform(asked: WorldChange, world: WorldControls): void {
  switch (asked.change) {
    case "revokeSessions":
      return world.revokeSessions(asked.user === undefined ? "everyone" : [world.user(asked.user)]);
    case "setGroups":
      return world.setGroups(world.user(asked.user), asked.groups);
    case "setLocation":
      return world.setLocation(world.user(asked.user), asked.location);
    case "setPolicy":
      // The world checks it.
      return world.setPolicy(asked.policy as unknown as ConditionalAccessPolicy, asked.tenant);
    case "removePolicy":
      return world.removePolicy(asked.name, asked.tenant);
    case "rotateKeys":
      return world.rotateKeys(asked.overlapMs === undefined ? {} : { overlapMs: asked.overlapMs });
    default:
      return world[asked.change](world.user(asked.user));
  }
}
