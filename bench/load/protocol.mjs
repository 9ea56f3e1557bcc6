/**
 * What the bench may ask of a load process, whether it is a limit (engine and load in one) or drives a server over REST.
 *
 * @typedef {{ workload: import('../workloads.mjs').WorkloadName, total: number, inFlight: number }} Saturation
 * @typedef {{ workload: import('../workloads.mjs').WorkloadName, ratePerSecond: number, seconds: number }} Pace
 *
 * @typedef {object} Saturated
 * @property {string[]} ids the sagas whose start was acknowledged
 * @property {number} seconds from the first start to the last end
 * @property {number[]} [acceptMilliseconds] how long each start took to be acknowledged
 *
 * @typedef {object} Paced
 * @property {string[]} ids
 * @property {number[]} milliseconds from start to end, per saga
 */

export {};
