/** What a pen's pressure does to a brush. */

import { curveTable, readTable } from './curve.js';

/** @import { StrokeSettings } from './stroke_settings.js' */

/**
 * 1 + k(2P − 1): SculptGL's, 1 at half the pressure.
 * @param {number} pressure P, 0 … 1 @param {number} influence k, 0 … 1
 */
export function pressureFactor(pressure, influence) {
  return 1 + influence * (2 * Math.min(1, Math.max(0, pressure)) - 1);
}

/** The two factors of a stroke, each by its own curve. */
export class PressureResponse {
  /** @param {StrokeSettings} settings */
  constructor({ pressureRadius, pressureStrength, pressureRadiusCurve, pressureStrengthCurve }) {
    this._radius = { influence: pressureRadius, table: curveTable(pressureRadiusCurve) };
    this._strength = { influence: pressureStrength, table: curveTable(pressureStrengthCurve) };
  }

  /** @param {number | null} pressure null of what feels none @returns {number} what the radius is multiplied by */
  radius(pressure) {
    return factor(pressure, this._radius);
  }

  /** @param {number | null} pressure @returns {number} what the strength is multiplied by */
  strength(pressure) {
    return factor(pressure, this._strength);
  }
}

/** @param {number | null} pressure @param {{influence: number, table: Float32Array}} response */
function factor(pressure, { influence, table }) {
  return pressure === null || influence === 0 ? 1 : pressureFactor(readTable(table, pressure), influence);
}
