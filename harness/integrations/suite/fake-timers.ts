/** Finds the fake timers of other libraries, which would fight with the clock of a test. */

/** The call that turns them on, for a message; `undefined` when the timers are Node's or ours. */
export function fakeTimersIn({ setTimeout, Date }: typeof globalThis): string | undefined {
  // @sinonjs/fake-timers, under Sinon and under Jest, marks what it puts in place.
  if ("clock" in setTimeout || "clock" in Date) return "sinon.useFakeTimers()";
  // node:test binds its own to the mock, and marks its Date.
  if (setTimeout.name.startsWith("bound ") || "isMock" in Date) return "mock.timers.enable()";
  return undefined;
}
