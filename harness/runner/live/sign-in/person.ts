/** Who signs in, as the history and the errors name them. */
import type { User, World } from "../../../entra/directory/world.ts";
import { homeAccountIdOf } from "../../../entra/token-service/request-subject.ts";

/** The home account id of a person. */
export function accountIn({ tenants }: World, user: User): string {
  const tenant = tenants.find(({ users }) => users.includes(user)) ?? tenants[0];
  return tenant === undefined ? user.id : homeAccountIdOf({ tenant, user });
}

/** The part of the name before the @. */
export function shortNameOf({ upn }: User): string {
  return upn.split("@")[0] ?? upn;
}
