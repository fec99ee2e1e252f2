/**
 * Whether a hidden iframe of another site takes part in the person's session. Browsers
 * differ, and change; here it is a setting of the world, and the browser's own policy for
 * third-party cookies decides nothing (`facts/msal-browser.md` section 2).
 */
export interface FrameSession {
  /** The headers of a request as the service is to see them. */
  adjust(host: string, headers: readonly (readonly [string, string])[]): [string, string][];
  /** Remembers what a `Set-Cookie` says. */
  learn(host: string, setCookies: readonly string[]): void;
}

/** The session cookies of one browser profile, under a policy. */
export function createFrameSession(policy: "visible" | "blocked" | undefined): FrameSession {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (host: string): Map<string, string> => {
    const known = jars.get(host) ?? new Map<string, string>();
    jars.set(host, known);
    return known;
  };
  return {
    adjust(host, headers) {
      const all = headers.map(([name, value]): [string, string] => [name, value]);
      if (policy === undefined || !isForeignFrame(all)) return all;
      const rest = all.filter(([name]) => name.toLowerCase() !== "cookie");
      if (policy === "blocked") return rest;
      const cookies = [...jarOf(host)].map(([name, value]) => `${name}=${value}`).join("; ");
      return cookies === "" ? rest : [...rest, ["Cookie", cookies]];
    },
    learn(host, setCookies) {
      for (const text of setCookies) {
        const [, name, value] = /^([^=;]+)=([^;]*)/.exec(text) ?? [];
        if (name === undefined || value === undefined) continue;
        if (value === "" || /;\s*expires=Thu, 01[- ]Jan[- ]1970/i.test(text))
          jarOf(host).delete(name);
        else jarOf(host).set(name, value);
      }
    },
  };
}

function isForeignFrame(headers: readonly (readonly [string, string])[]): boolean {
  const valueOf = (wanted: string): string =>
    headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
  return /^i?frame$/.test(valueOf("sec-fetch-dest")) && valueOf("sec-fetch-site") !== "same-origin";
}
