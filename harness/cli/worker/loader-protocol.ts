/** What a session and its loader process say to each other; both ends are plain data. */
import { schema } from "../../core/validation.ts";
import { failureSchema, type RunFailure } from "./protocol.ts";

/** What a user's file describes by its default export. */
export type Described = "scenario" | "client";

/** The code of an error in a file. */
export const errorCodeFor = { scenario: "bad-scenario", client: "bad-client" } as const;

/** Which files to load, absolute, in order. */
export interface FilesMessage {
  /** An answer repeats it. */
  readonly secret: string;
  readonly what: Described;
  readonly files: readonly string[];
}

/** What the loader says of them, one after the other; it stops at the first that fails. */
export interface LoaderMessage {
  readonly secret: string;
  readonly said:
    | { readonly kind: "loading"; readonly file: string }
    /** A scenario as `writeSummary` writes it, or the summary of a client. */
    | { readonly kind: "loaded"; readonly summary: object }
    /** `late`: thrown by itself, perhaps by a file that was loaded before. */
    | { readonly kind: "failed"; readonly error: RunFailure; readonly late?: true }
    | { readonly kind: "finished" };
}

/** The form of what a loader says. */
export const loaderMessageSchema = schema((z) =>
  z.strictObject({
    secret: z.string(),
    said: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("loading"), file: z.string() }),
      z.strictObject({ kind: z.literal("loaded"), summary: z.looseObject({}) }),
      z.strictObject({
        kind: z.literal("failed"),
        error: failureSchema(),
        late: z.literal(true).optional(),
      }),
      z.strictObject({ kind: z.literal("finished") }),
    ]),
  }),
);
