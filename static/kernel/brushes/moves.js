/** The two movements that several brushes share: along one direction, and towards a plane. */

/** @import { Dab } from '../dab.js' */
/** @import { Selection } from '../selection.js' */
/** @import { Vec3 } from '../units.js' */

/**
 * Δ = direction · weight · amount, the same direction for all vertices.
 * @param {Selection} selection @param {Readonly<Vec3>} direction @param {number} amount
 */
export function push({ count, weights, displacements }, direction, amount) {
  const x = direction[0] * amount, y = direction[1] * amount, z = direction[2] * amount;
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const w = weights[q];
    displacements[j] = x * w;
    displacements[j + 1] = y * w;
    displacements[j + 2] = z * w;
  }
}

/**
 * Δ = −N · h · weight · amount for the vertices whose height h = (v − C) · N over the plane is accepted, none for the others.
 * @param {Float32Array} pos @param {Selection} selection
 * @param {Readonly<Vec3>} normal unit @param {Readonly<Vec3>} centre
 * @param {number} lowest of the accepted heights @param {number} highest of the accepted heights @param {number} amount
 */
export function pullToPlane(pos, { ids, count, weights, displacements }, normal, centre, lowest, highest, amount) {
  const [nx, ny, nz] = normal, [cx, cy, cz] = centre;
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const i = 3 * ids[q];
    const h = (pos[i] - cx) * nx + (pos[i + 1] - cy) * ny + (pos[i + 2] - cz) * nz;
    const k = h < lowest || h > highest ? 0 : -h * weights[q] * amount;
    displacements[j] = nx * k;
    displacements[j + 1] = ny * k;
    displacements[j + 2] = nz * k;
  }
}

/**
 * Δ = direction · wᵖ · s · amount + (c − v)⊥ · w · s · pinch, with w the weight without the strength s, p a power, and ⊥ the part off the
 * direction.
 * @param {Float32Array} pos @param {Dab} dab @param {Selection} selection
 * @param {Readonly<Vec3>} direction unit @param {number} amount quanta @param {number} power a whole number @param {number} pinch less than 0: away from c
 */
export function pushAndPinch(pos, { centre, strength }, { ids, count, weights, displacements }, direction, amount, power, pinch) {
  const [nx, ny, nz] = direction, [cx, cy, cz] = centre, perStrength = strength > 0 ? 1 / strength : 0;
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const i = 3 * ids[q], x = cx - pos[i], y = cy - pos[i + 1], z = cz - pos[i + 2];
    let w = weights[q];
    const k = w * pinch, share = w * perStrength;
    for (let p = 1; p < power; p++) w *= share;
    const along = w * amount - (x * nx + y * ny + z * nz) * k;
    displacements[j] = x * k + nx * along;
    displacements[j + 1] = y * k + ny * along;
    displacements[j + 2] = z * k + nz * along;
  }
}
