/**
 * Brush rings and names, drawn over the clay on a flat canvas of their own.
 *
 * They are not part of the three.js scene on purpose: a brush that hovers over two million triangles must not make the
 * machine draw them again. A ring is a circle on the tangent plane of the surface, projected point by point.
 */

/**
 * @typedef {object} Ring
 * @property {ArrayLike<number>} position centre, quanta
 * @property {ArrayLike<number>} normal unit length
 * @property {number} radius quanta
 * @property {string} color CSS colour
 * @property {boolean} pressed sculpting at this moment
 * @property {boolean} [quiet] thinner and without a centre: a mirrored copy
 * @property {number} opacity 0…1
 */

/** Points of a circle: at 200 px radius a chord is off the arc by less than half a pixel. */
const CORNERS = 64;

/** @type {Float64Array} cos, sin of the corners */
const UNIT = new Float64Array(2 * CORNERS);
for (let i = 0; i < CORNERS; i++) {
  UNIT[2 * i] = Math.cos((2 * Math.PI * i) / CORNERS);
  UNIT[2 * i + 1] = Math.sin((2 * Math.PI * i) / CORNERS);
}

/**
 * Two unit vectors that span the plane of `normal`; written to out[0..5].
 * @param {ArrayLike<number>} normal unit length
 * @param {Float64Array} out 6 numbers
 */
export function tangents(normal, out) {
  const [x, y, z] = [normal[0], normal[1], normal[2]];
  // Duff et al. 2017, "Building an orthonormal basis, revisited": no branch but the sign, no singular direction.
  const sign = z >= 0 ? 1 : -1;
  const a = -1 / (sign + z);
  const b = x * y * a;
  out[0] = 1 + sign * x * x * a;
  out[1] = sign * b;
  out[2] = -sign * x;
  out[3] = b;
  out[4] = sign + y * y * a;
  out[5] = -y;
}

const basis = new Float64Array(6);
const point = new Float64Array(3);
const seen = { x: 0, y: 0, behind: false };

/**
 * Draws one ring.
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {Ring} ring
 * @param {(point: ArrayLike<number>, out: {x: number, y: number, behind: boolean}) => void} project quanta → CSS pixels
 */
export function drawRing(context, ring, project) {
  tangents(ring.normal, basis);
  const { position, radius } = ring;
  const path = new Path2D();
  for (let i = 0; i < CORNERS; i++) {
    const c = UNIT[2 * i] * radius;
    const s = UNIT[2 * i + 1] * radius;
    for (let k = 0; k < 3; k++) point[k] = position[k] + basis[k] * c + basis[3 + k] * s;
    project(point, seen);
    if (seen.behind) return;
    if (i === 0) path.moveTo(seen.x, seen.y);
    else path.lineTo(seen.x, seen.y);
  }
  path.closePath();
  context.globalAlpha = ring.opacity * (ring.quiet ? 0.55 : 1);
  // A dark line under the coloured one keeps it visible on light and on dark clay.
  context.lineWidth = ring.pressed ? 4.5 : 3.5;
  context.strokeStyle = 'rgb(20 12 8 / 38%)';
  context.stroke(path);
  context.lineWidth = ring.pressed ? 2.5 : 1.5;
  context.strokeStyle = ring.color;
  context.stroke(path);
  project(position, seen);
  if (!seen.behind && !ring.quiet) {
    context.beginPath();
    context.arc(seen.x, seen.y, ring.pressed ? 3.5 : 2, 0, 2 * Math.PI);
    context.fillStyle = ring.color;
    context.fill();
  }
  context.globalAlpha = 1;
}

/** CSS pixels in the picture. @typedef {{from: {x: number, y: number}, to: {x: number, y: number}}} Line */

/**
 * Draws where a straight stroke will go.
 * @param {CanvasRenderingContext2D} context in CSS pixels @param {Line} line @param {string} color CSS colour
 */
export function drawLine(context, { from, to }, color) {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.lineWidth = 3.5;
  context.strokeStyle = 'rgb(20 12 8 / 38%)';
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = color;
  context.stroke();
}
