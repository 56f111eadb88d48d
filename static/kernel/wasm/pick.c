/* Where a ray meets the surface: pick.js. */

#include "piece.h"

#define EDGE_TOLERANCE 1e-9
#define REACH_MARGIN (1 + 1e-3)
#define ROUNDING 1e-14
#define ALMOST_ZERO 1e-30
#define MAX_LEVELS 10

/** Returns the nearest triangle, or −1; out[0] is the distance, out[1] and out[2] the barycentric u and v. */
i32 EXPORT(pick)(const Piece *p, f64 ox, f64 oy, f64 oz, f64 dx, f64 dy, f64 dz) {
  if (p->blockCount == 0) return -1;
  u32 stackLevel[FAN_OUT * MAX_LEVELS + 1], stackNode[FAN_OUT * MAX_LEVELS + 1], childNode[FAN_OUT];
  f64 stackEntry[FAN_OUT * MAX_LEVELS + 1], childEntry[FAN_OUT];
  const f32 *pos = p->pos;
  f64 ix = 1 / (dx != 0 ? dx : ALMOST_ZERO), iy = 1 / (dy != 0 ? dy : ALMOST_ZERO), iz = 1 / (dz != 0 ? dz : ALMOST_ZERO);
  f64 perDirection2 = 1 / (dx * dx + dy * dy + dz * dz), nearest = __builtin_inf(), u = 0, v = 0;
  i32 face = -1;
  stackLevel[0] = p->levelCount - 1;
  stackNode[0] = 0;
  stackEntry[0] = -__builtin_inf();
  for (u32 top = 1; top > 0;) {
    top--;
    if (stackEntry[top] > nearest) continue;
    u32 l = stackLevel[top], node = stackNode[top];
    if (l > 0) {
      u32 offset = p->levelOffset[l - 1], end = least(p->levelNodes[l - 1], (node + 1) * FAN_OUT), found = 0;
      for (u32 c = node * FAN_OUT; c < end; c++) {
        const f32 *box = p->boxes + 6 * (offset + c);
        f64 s = p->slack[offset + c];
        f64 x0 = (box[0] - s - ox) * ix, x1 = (box[3] + s - ox) * ix;
        f64 y0 = (box[1] - s - oy) * iy, y1 = (box[4] + s - oy) * iy;
        f64 z0 = (box[2] - s - oz) * iz, z1 = (box[5] + s - oz) * iz;
        f64 enter = higher(higher(lower(x0, x1), lower(y0, y1)), lower(z0, z1));
        f64 leave = lower(lower(higher(x0, x1), higher(y0, y1)), higher(z0, z1));
        if (leave < 0 || enter > leave || enter > nearest) continue;
        u32 k = found++;
        for (; k > 0 && childEntry[k - 1] < enter; k--) {
          childEntry[k] = childEntry[k - 1];
          childNode[k] = childNode[k - 1];
        }
        childEntry[k] = enter;
        childNode[k] = c;
      }
      for (u32 k = 0; k < found; k++) {
        stackLevel[top] = l - 1;
        stackNode[top] = childNode[k];
        stackEntry[top++] = childEntry[k];
      }
      continue;
    }
    f64 reach = p->slack[node] * REACH_MARGIN, reach2 = reach * reach;
    u32 lastFace = p->blockFaces[node + 1];
    for (u32 f = p->blockFaces[node]; f < lastFace; f++) {
      const u32 *corners = p->triangles + 3 * f;
      const f32 *a = pos + 3 * corners[0];
      f64 ax = a[0], ay = a[1], az = a[2];
      f64 sx = ax - ox, sy = ay - oy, sz = az - oz, along = sx * dx + sy * dy + sz * dz;
      f64 distance2 = sx * sx + sy * sy + sz * sz;
      if (distance2 - along * along * perDirection2 > reach2 + distance2 * ROUNDING) continue;
      const f32 *b = pos + 3 * corners[1], *c = pos + 3 * corners[2];
      f64 e1x = b[0] - ax, e1y = b[1] - ay, e1z = b[2] - az, e2x = c[0] - ax, e2y = c[1] - ay, e2z = c[2] - az;
      f64 px = dy * e2z - dz * e2y, py = dz * e2x - dx * e2z, pz = dx * e2y - dy * e2x;
      f64 det = e1x * px + e1y * py + e1z * pz;
      if (det == 0) continue;
      f64 tx = ox - ax, ty = oy - ay, tz = oz - az, hitU = (tx * px + ty * py + tz * pz) / det;
      if (hitU < -EDGE_TOLERANCE || hitU > 1 + EDGE_TOLERANCE) continue;
      f64 qx = ty * e1z - tz * e1y, qy = tz * e1x - tx * e1z, qz = tx * e1y - ty * e1x;
      f64 hitV = (dx * qx + dy * qy + dz * qz) / det;
      if (hitV < -EDGE_TOLERANCE || hitU + hitV > 1 + EDGE_TOLERANCE) continue;
      f64 t = (e2x * qx + e2y * qy + e2z * qz) / det;
      if (t >= 0 && t < nearest) {
        nearest = t;
        face = f;
        u = hitU;
        v = hitV;
      }
    }
  }
  p->out[0] = nearest;
  p->out[1] = u;
  p->out[2] = v;
  return face;
}
