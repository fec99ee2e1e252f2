/** What was done by hand, as a scenario. */
import { HarnessError } from "../../core/errors.ts";
import { expected } from "../../core/validation.ts";
import { savedScenario } from "../saved-scenario.ts";
import type { Route } from "./route.ts";

/** `GET /scenario`. */
export const scenarioRoute: Route = {
  method: "GET",
  path: "/scenario",
  summary:
    "What was done by hand, as the text of a scenario for brownout run: outages, changes of the world, sign-ins, and when programs asked for tokens.",
  query: ["name"],
  handle({ query }, { supervisor, changes }) {
    const name = query.get("name") ?? "saved";
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || name.length > NAME_MAX)
      throw new HarnessError("bad-usage", expected("a name in kebab-case", name), {
        place: "name",
        hint: "Such as busy-monday.",
      });
    return {
      text: savedScenario(supervisor.current(), changes.all(), name),
      type: "text/plain",
    };
  },
};

const NAME_MAX = 60;
