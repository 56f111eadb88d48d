/** The plane under a brush: area normal and area centre. */

/** @import { ClayMesh } from './mesh.js' */
/** @import { Dab } from './dab.js' */
/** @import { Selection } from './selection.js' */
/** @import { Vec3 } from './units.js' */

// Σ n, Σ (v − centre), and how many. Scratch, one plane at a time.
const sums = new Float64Array(7);

/**
 * Over the selected vertices that face the viewer and are nearer than `share` of the radius: N = normalise(Σ n), C = mean of v.
 * (SculptGL takes the whole radius, Blender half of it for its normals.) Falls back to the dab's own normal and centre.
 * @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection @param {number} share of the radius, 0 … 1
 * @returns {{ normal: Vec3, centre: Vec3 }}
 */
export function areaPlane(mesh, dab, selection, share) {
  sumUp(mesh, dab, selection, share * dab.radius);
  const [nx, ny, nz, x, y, z, found] = sums, [cx, cy, cz] = dab.centre;
  const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
  if (found === 0 || length === 0) return { normal: [...dab.normal], centre: [cx, cy, cz] };
  return { normal: [nx / length, ny / length, nz / length], centre: [cx + x / found, cy + y / found, cz + z / found] };
}

/**
 * A function of its own, with nothing after its loop: V8 enters optimised code in the middle of a long loop and throws it away at its
 * end, at every dab, when what follows the loop was never seen before. That made this four times slower.
 * @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection @param {number} reach
 */
function sumUp(mesh, dab, { ids, starts, runCount }, reach) {
  sums.fill(0);
  for (let r = 0; r < runCount; r++) sumRun(mesh, dab, ids, starts[r], starts[r + 1], reach);
}

/**
 * Adds `ids[from … to)` to `sums`.
 * @param {ClayMesh} mesh @param {Dab} dab @param {Uint32Array} ids @param {number} from @param {number} to
 * @param {number} reach only vertices nearer than this to the dab's centre, quanta
 */
function sumRun({ pos, normals }, { centre, view }, ids, from, to, reach) {
  const cx = centre[0], cy = centre[1], cz = centre[2], ex = view[0], ey = view[1], ez = view[2], r2 = reach * reach;
  let nx = 0, ny = 0, nz = 0, x = 0, y = 0, z = 0, found = 0;
  for (let q = from; q < to; q++) {
    const i = 3 * ids[q];
    const mx = normals[i], my = normals[i + 1], mz = normals[i + 2];
    if (mx * ex + my * ey + mz * ez >= 0) continue;
    const dx = pos[i] - cx, dy = pos[i + 1] - cy, dz = pos[i + 2] - cz;
    if (dx * dx + dy * dy + dz * dz >= r2) continue;
    nx += mx;
    ny += my;
    nz += mz;
    // Relative to the centre, so that the sums keep their bits.
    x += dx;
    y += dy;
    z += dz;
    found++;
  }
  sums[0] += nx;
  sums[1] += ny;
  sums[2] += nz;
  sums[3] += x;
  sums[4] += y;
  sums[5] += z;
  sums[6] += found;
}
