/** The pages of applications under test, by origin: they are the application's own and no part of the history. */
import { createResponse } from "../../core/http/message.ts";
import type { PageFile } from "./page-file.ts";

export interface AppOrigins {
  serve(origin: string, files: (path: string) => PageFile | undefined): void;
  /** The file at an address; 404 for one that the application lacks, nothing for a foreign origin. */
  answer(request: Request): Response | undefined;
}

/** No application yet. */
export function createAppOrigins(): AppOrigins {
  const origins = new Map<string, (path: string) => PageFile | undefined>();
  return {
    serve: (origin, files) => void origins.set(origin, files),
    answer({ url }) {
      const { origin, pathname } = new URL(url);
      const files = origins.get(origin);
      if (files === undefined) return undefined;
      const file = files(pathname);
      return createResponse(file?.text ?? "Not found", {
        status: file === undefined ? 404 : 200,
        // The browser's cache keeps the machine's time.
        headers: [
          ["Content-Type", file?.type ?? "text/plain"],
          ["Cache-Control", "no-store"],
        ],
      });
    },
  };
}
