/** The scenarios that `brownout run` runs, in the order in which they are listed and run. */
import { leavesTheOffice, policyForEveryone, signInFrequency } from "./access-policies.ts";
import type { Scenario } from "../harness/runner/scenario.ts";
import {
  backupWindowCloses,
  backupAfterIdle71,
  backupAfterIdle73,
  backupAfterRevocation,
  backupUnderStrictPolicy,
  backupDownToo,
  backupFlapping,
} from "./backup-limits.ts";
import { backupGuest, backupNewApp, backupNewDevice } from "./backup-people.ts";
import {
  backupDefaultsOnTooLate,
  backupFrozenEvaluation,
  backupSignInFrequencyBlocked,
  backupSignInFrequencyExtended,
  backupPolicyKinds,
  backupStrengthBlocked,
  backupStrengthIgnored,
} from "./backup-policies.ts";
import {
  backupPartial,
  backupSlow,
  partialFailover,
  primaryReturnsSlowly,
} from "./backup-conditions.ts";
import { brokenConnections } from "./broken-connections.ts";
import { backsOff, retriesAtOnce, retriesAtOnceUnreachable } from "./calling-styles.ts";
import { browserScenarios } from "./browser-library.ts";
import {
  capacityCollapse,
  capacityCollapseRampedUp,
  capacityCollapseWithoutWord,
} from "./capacity-collapse.ts";
import { clientSide } from "./client-side.ts";
import { federationServerDown } from "./federation.ts";
import { discoveryBurst } from "./discovery-burst.ts";
import {
  deviceCode,
  deviceCodeDisturbed,
  middleTier,
  passwordGrant,
  userInfo,
} from "./flows-at-risk.ts";
import {
  hangPastRefreshIn,
  longWeekend,
  longWeekendWithoutRefreshIn,
  outageDaemonPastRefreshIn,
  outagePastRefreshIn,
  outageWithExpiredTokens,
  outageWithValidTokens,
  unreachableDaemonPastRefreshIn,
} from "./full-outage.ts";
import { identityStorms } from "./identity-storm.ts";
import { managedIdentity } from "./managed-identity-outages.ts";
import {
  burstOfDaemonCalls,
  burstOfUserCalls,
  manyUsers,
  scopesInTwoOrders,
  sharedHang,
} from "./many-callers.ts";
import { metadataDownCold, metadataDownWarm } from "./metadata-down.ts";
import { nightlyDaemon } from "./nightly-daemon.ts";
import { december2020, september2020 } from "./partial-outages.ts";
import { restartAfterWeekend, restartInOutage } from "./process-restart.ts";
import { caeRevocation, massRevocation, massRevocationBareGrant } from "./revocation.ts";
import { deadRegion } from "./regional-endpoint.ts";
import { samlInStorm } from "./saml-apps.ts";
import { secondFactorDownForHours, stepUpWhileDown } from "./second-factor.ts";
import { serverErrors } from "./server-errors.ts";
import { keyRollover, keyRotation, keysLost, tokenEdge } from "./token-life.ts";
import { tokenThrottled } from "./token-throttled.ts";
import { twelveHours } from "./twelve-hours.ts";

export const library: readonly Scenario[] = [
  ...tokenThrottled,
  ...serverErrors,
  ...brokenConnections,
  outageWithValidTokens,
  outagePastRefreshIn,
  hangPastRefreshIn,
  outageDaemonPastRefreshIn,
  unreachableDaemonPastRefreshIn,
  outageWithExpiredTokens,
  longWeekend,
  longWeekendWithoutRefreshIn,
  ...twelveHours,
  backupWindowCloses,
  backupAfterIdle71,
  backupAfterIdle73,
  backupAfterRevocation,
  backupUnderStrictPolicy,
  backupDownToo,
  backupFlapping,
  backupSlow,
  backupPartial,
  partialFailover,
  primaryReturnsSlowly,
  backupGuest,
  backupNewDevice,
  backupNewApp,
  backupFrozenEvaluation,
  backupDefaultsOnTooLate,
  backupSignInFrequencyExtended,
  backupSignInFrequencyBlocked,
  backupStrengthIgnored,
  backupStrengthBlocked,
  ...backupPolicyKinds,
  samlInStorm,
  ...managedIdentity,
  ...identityStorms,
  nightlyDaemon,
  capacityCollapse,
  capacityCollapseWithoutWord,
  capacityCollapseRampedUp,
  metadataDownWarm,
  metadataDownCold,
  restartInOutage,
  restartAfterWeekend,
  manyUsers,
  burstOfUserCalls,
  burstOfDaemonCalls,
  sharedHang,
  scopesInTwoOrders,
  discoveryBurst,
  ...clientSide,
  deadRegion,
  september2020,
  december2020,
  massRevocation,
  massRevocationBareGrant,
  caeRevocation,
  secondFactorDownForHours,
  stepUpWhileDown,
  policyForEveryone,
  signInFrequency,
  leavesTheOffice,
  federationServerDown,
  tokenEdge,
  keyRotation,
  keyRollover,
  keysLost,
  passwordGrant,
  deviceCode,
  deviceCodeDisturbed,
  userInfo,
  middleTier,
  backsOff,
  retriesAtOnce,
  retriesAtOnceUnreachable,
  ...browserScenarios,
];
