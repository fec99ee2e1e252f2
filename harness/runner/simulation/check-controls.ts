/** Checks what a script gives to the functions that change its world: JavaScript's own errors name neither the function nor what it takes. */
import { HarnessError } from "../../core/errors.ts";
import { expected } from "../../core/validation.ts";
import type { User } from "../../entra/directory/world.ts";

/** Throws `bad-scenario` unless it is users of the world, or everyone. */
export function checkUsers(
  users: unknown,
  place: string,
): asserts users is readonly User[] | "everyone" {
  if (users === "everyone" || (Array.isArray(users) && users.every(isUser))) return;
  const hint = isUser(users)
    ? `Put the user in an array: ${place}([user]).`
    : `Such as ${place}([world.user("adele")]), or ${place}("everyone").`;
  throw wrong(place, 'an array of users of the world, or "everyone"', users, hint);
}

/** Throws `bad-scenario` unless it is a user of the world. */
export function checkUser(user: unknown, place: string): asserts user is User {
  if (isUser(user)) return;
  throw wrong(place, "a user of the world", user, `Such as ${place}(world.user("adele")).`);
}

/** Throws `bad-scenario` unless it is a name, or one may be left out. */
export function checkName(
  name: unknown,
  place: string,
  need: "a name" | "a name or nothing",
): void {
  if (typeof name === "string" || (name === undefined && need === "a name or nothing")) return;
  throw wrong(place, "a name", name, "It is a text.");
}

/** Throws `bad-scenario` unless it is names of groups. */
export function checkGroups(groups: unknown): void {
  if (Array.isArray(groups) && groups.every((name) => typeof name === "string")) return;
  const hint = 'Such as setGroups(user, ["board"]).';
  throw wrong("setGroups", "an array of names of groups", groups, hint);
}

/** Throws `bad-scenario` unless it is options with a time of at least 0 ms, or none. */
export function checkRotation(options: unknown): void {
  if (typeof options === "object" && options !== null) {
    const { overlapMs = 0 } = options as { readonly overlapMs?: unknown };
    if (typeof overlapMs === "number" && overlapMs >= 0) return;
  }
  const hint = "Such as rotateKeys({ overlapMs: 3_600_000 }).";
  throw wrong("rotateKeys", "options with overlapMs, at least 0", options, hint);
}

function isUser(value: unknown): value is User {
  return typeof (value as Partial<User> | null | undefined)?.upn === "string";
}

function wrong(place: string, what: string, found: unknown, hint: string): HarnessError {
  return new HarnessError("bad-scenario", expected(what, found), { place, hint });
}
