/**
 * The grants of ESTS: authorization codes and device codes, kept until they expire, and
 * sealed strings (refresh tokens, session cookies) that carry their own state, so that
 * nothing is stored for each token.
 */
import { hash } from "node:crypto";
import type { Clock } from "../../core/time/clock.ts";
import type { Random } from "../../core/random.ts";
import { createMemoryStore, type StateStore } from "../../core/state-store.ts";

export interface AuthorizationCode {
  readonly tenantId: string;
  readonly userId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly redirectType: "web" | "spa" | "native";
  readonly scope: string;
  readonly nonce?: string;
  readonly challenge?: { readonly method: "S256" | "plain"; readonly value: string };
  readonly claims?: string;
  readonly revocations: number;
  readonly signedInAtMs: number;
  readonly secondFactorAtMs?: number;
  readonly staysSignedIn?: true;
  readonly expiresAtMs: number;
  readonly redeemed: boolean;
}

export interface DeviceCode {
  readonly tenantSegment: string;
  readonly clientId: string;
  readonly scope: string;
  readonly userCode: string;
  readonly expiresAtMs: number;
  readonly redeemed: boolean;
  readonly approvedBy?: DeviceApproval;
}

/** Who has approved a device code, and how often their grants had been revoked by then. */
export interface DeviceApproval {
  readonly tenantId: string;
  readonly userId: string;
  readonly revocations: number;
  readonly secondFactorAtMs?: number;
}

/** The state inside a refresh token. Times are ms since the Unix epoch. */
export interface RefreshState {
  readonly tenantId: string;
  readonly userId: string;
  readonly clientId: string;
  readonly signedInAtMs: number;
  readonly issuedAtMs: number;
  /** How often the user's grants had been revoked when it was issued. */
  readonly revocations: number;
  /** Only for single-page apps: fixed, and kept when the token is renewed. */
  readonly expiresAtMs?: number;
  /** When the person proved themselves a second time. */
  readonly secondFactorAtMs?: number;
  readonly staysSignedIn?: true;
  readonly serial: number;
}

export interface SignInSessionState {
  readonly tenantId: string;
  readonly userId: string;
  readonly signedInAtMs: number;
  readonly usedAtMs: number;
  readonly revocations: number;
  readonly secondFactorAtMs?: number;
  /** The person answered "Stay signed in?" with Yes. */
  readonly staysSignedIn?: true;
}

export interface GrantStore {
  addCode(code: AuthorizationCode): string;
  code(value: string): AuthorizationCode | undefined;
  redeemCode(value: string): void;
  addDevice(device: DeviceCode): string;
  device(value: string): DeviceCode | undefined;
  redeemDevice(value: string): void;
  deviceByUserCode(userCode: string): DeviceCode | undefined;
  approveDevice(userCode: string, approval: DeviceApproval): void;
  /** A refresh token, which carries its state. */
  refreshToken(state: RefreshState): string;
  /** The state in a refresh token; `undefined` for any other text. */
  refreshState(token: string | undefined): RefreshState | undefined;
  /** The value of a session cookie, which carries its state. */
  sessionCookie(state: SignInSessionState): string;
  /** The state in a session cookie; `undefined` for any other text. */
  sessionState(cookie: string | undefined): SignInSessionState | undefined;
  nextSerial(): number;
}

/** Codes are kept for a while after their end, so that a late one gets the error "expired" and not "unknown". ms. */
const REMEMBER_EXPIRED_MS = 3_600_000;

/** How a sealed value begins. */
const REFRESH_TOKEN = "1.A";
const SESSION_COOKIE = "1.S";

export function createGrantStore(
  clock: Clock,
  random: Random,
  state: StateStore = createMemoryStore(),
): GrantStore {
  const codes = state.map<AuthorizationCode>("authorization codes");
  const devices = state.map<DeviceCode>("device codes");
  const serials = state.map<number>("serials");
  const sealingKey = random.fork("sealing").token(32);
  const draws = drawsOf(random, state);

  const prune = <T extends { readonly expiresAtMs: number }>(kept: Map<string, T>): void => {
    // Insertion order is order of expiry: stop at the first that is still needed.
    for (const [value, grant] of kept) {
      if (grant.expiresAtMs + REMEMBER_EXPIRED_MS > clock.now()) return;
      kept.delete(value);
    }
  };
  // A keyed digest is enough: only code in the same simulation could extend it.
  const mac = (text: string): string => hash("sha256", `${sealingKey} ${text}`, "base64url");
  const seal = (prefix: string, state: RefreshState | SignInSessionState): string => {
    const payload = Buffer.from(JSON.stringify(state)).toString("base64url");
    return `${prefix}${payload}.${mac(prefix + payload)}`;
  };
  const open = (prefix: string, value = ""): unknown => {
    const [payload = "", sealed = ""] = value.slice(prefix.length).split(".");
    if (!value.startsWith(prefix) || payload === "" || mac(prefix + payload) !== sealed)
      return undefined;
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as unknown;
  };

  const change = <T>(kept: Map<string, T>, value: string, changes: Partial<T>): void => {
    const known = kept.get(value);
    if (known !== undefined) kept.set(value, { ...known, ...changes });
  };
  const byUserCode = (userCode: string) =>
    [...devices].find(([, device]) => device.userCode === userCode.toUpperCase());

  return {
    addCode(code) {
      prune(codes);
      const value = `0.A${draws.token(60)}`;
      codes.set(value, code);
      return value;
    },
    code: (value) => codes.get(value),
    redeemCode: (value) => change(codes, value, { redeemed: true }),
    addDevice(device) {
      prune(devices);
      const value = `D${draws.token(60)}`;
      devices.set(value, device);
      return value;
    },
    device: (value) => devices.get(value),
    redeemDevice: (value) => change(devices, value, { redeemed: true }),
    deviceByUserCode: (userCode) => byUserCode(userCode)?.[1],
    approveDevice(userCode, approvedBy) {
      const [value = ""] = byUserCode(userCode) ?? [];
      change(devices, value, { approvedBy });
    },
    refreshToken: (state) => seal(REFRESH_TOKEN, state),
    refreshState: (token) => open(REFRESH_TOKEN, token) as RefreshState | undefined,
    sessionCookie: (state) => seal(SESSION_COOKIE, state),
    sessionState: (cookie) => open(SESSION_COOKIE, cookie) as SignInSessionState | undefined,
    nextSerial() {
      const next = (serials.get("grants") ?? 0) + 1;
      serials.set("grants", next);
      return next;
    },
  };
}

/** Chance for what must not be drawn again when a simulation goes on with the state of another. */
export function drawsOf(random: Random, { starts }: StateStore): Random {
  return starts === 0 ? random : random.fork(`start ${starts + 1}`);
}
