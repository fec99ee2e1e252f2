/** Hosts that are this machine itself: no mount stands in their way. */

/** Whether a host name or address can only mean this machine (no port; IPv6 with or without brackets). */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}
