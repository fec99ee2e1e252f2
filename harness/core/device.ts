/** The state of the computer or browser that a client runs on, as far as faults change it. */

/** What is wrong with the device now. */
export interface DeviceState {
  /** How much more the client's clock shows than the service's, ms; less when negative. */
  readonly clockShiftMs: number;
  readonly isOffline: boolean;
  /** Reads from the store of its tokens. */
  readonly storeReads: "ok" | "fail";
  /** Writes to it; `full`: what takes more room than before fails. */
  readonly storeWrites: "ok" | "fail" | "full";
}

/** Nothing is wrong. */
export const healthyDevice: DeviceState = {
  clockShiftMs: 0,
  isOffline: false,
  storeReads: "ok",
  storeWrites: "ok",
};

/** The device of the clients of one simulation. */
export interface Device {
  state(): DeviceState;
  /** Calls `listener` at each change until the returned function is called. Virtual time waits for its promise. */
  onChange(listener: (state: DeviceState) => Promise<void>): () => void;
}
