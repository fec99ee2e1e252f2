/** Hooks for what Node does outside of JavaScript. */
import { type AsyncHook, createHook, type HookCallbacks } from "node:async_hooks";

/** A hook that leaves promises alone, which would make each `await` ten times as expensive. Needs Node 24.14. */
export function createResourceHook(callbacks: HookCallbacks): AsyncHook {
  // The types of Node 24 do not have it yet.
  const options = { ...callbacks, trackPromises: false };
  return createHook(options);
}
