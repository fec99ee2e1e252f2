/**
 * Whether a hidden iframe of another site takes part in the person's session. Browsers
 * differ, and change; here it is a setting of the world, and the browser's own policy for
 * third-party cookies decides nothing (`docs/sources.md#k2`). Which cookies
 * there are the browser says: a test may clear them, or bring its own.
 */
import type { BrowserContext } from "@playwright/test";

type Headers = readonly (readonly [string, string])[];

export interface FrameSession {
  /** The headers of a request as the service is to see them. */
  adjust(url: string, headers: Headers): Promise<[string, string][]>;
}

/** The session of one browser profile, under a policy. */
export function createFrameSession(
  policy: "visible" | "blocked" | undefined,
  cookiesAt: BrowserContext["cookies"],
): FrameSession {
  return {
    async adjust(url, headers) {
      const all = headers.map(([name, value]): [string, string] => [name, value]);
      if (policy === undefined || !isForeignFrame(all)) return all;
      const rest = all.filter(([name]) => name.toLowerCase() !== "cookie");
      if (policy === "blocked") return rest;
      // A browser that is gone has none.
      const cookies = await cookiesAt(url).catch(() => []);
      const text = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      return text === "" ? rest : [...rest, ["Cookie", text]];
    },
  };
}

function isForeignFrame(headers: Headers): boolean {
  const valueOf = (wanted: string): string =>
    headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
  return /^i?frame$/.test(valueOf("sec-fetch-dest")) && valueOf("sec-fetch-site") !== "same-origin";
}
