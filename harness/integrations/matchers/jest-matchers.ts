/** The types of the matchers for `expect` of Jest, with @types/jest, and of Vitest before 5. */
import type { EntraMatchers } from "./matchers.ts";

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- both declare their matchers so
  namespace jest {
    // oxlint-disable-next-line no-unused-vars -- the parameters of an interface that is merged are given
    interface Matchers<R, T = {}> extends EntraMatchers<R> {}
  }
}
