/* Vertex normals: normals.js, two vertices at a time where both have a closed ring of six. */
#pragma once

#include "pair.h"

static inline Pair minus(Pair a, Pair b) { return (Pair){SUB(a.x, b.x), SUB(a.y, b.y), SUB(a.z, b.z)}; }

static inline v128_t squared(Pair a) { return ADD(ADD(MUL(a.x, a.x), MUL(a.y, a.y)), MUL(a.z, a.z)); }

static inline void storeNormal(const Piece *p, u32 v, v128_t xy, f32 z, v128_t gpu, const int lane) {
  f32 *normal = p->normals + 3 * v;
  int16_t *g = p->gpuNormals + 4 * v;
  if (lane == 0) {
    wasm_v128_store64_lane(normal, xy, 0);
    wasm_v128_store64_lane(g, gpu, 0);
  } else {
    wasm_v128_store64_lane(normal, xy, 1);
    wasm_v128_store64_lane(g, gpu, 1);
  }
  normal[2] = z;
}

/** Both closed rings of six. Returns the squared longest edges. */
static inline v128_t normalsOfPair(const Piece *p, u32 first, u32 second, v128_t longest2) {
  const f32 *pos = p->pos;
  const u32 *ra = p->ring + p->ringStart[first], *rb = p->ring + p->ringStart[second];
  Pair at = pairAt(pos, first, second);
  Pair a = minus(pairAt(pos, ra[0], rb[0]), at), b = minus(pairAt(pos, ra[1], rb[1]), at);
  Pair c = minus(pairAt(pos, ra[2], rb[2]), at), d = minus(pairAt(pos, ra[3], rb[3]), at);
  Pair e = minus(pairAt(pos, ra[4], rb[4]), at), f = minus(pairAt(pos, ra[5], rb[5]), at);
  Pair ac = minus(c, a), ce = minus(e, c), ea = minus(a, e);
#define CROSSES(i, j) \
  SUB(ADD(SUB(ADD(SUB(MUL(b.i, ac.j), MUL(b.j, ac.i)), MUL(d.i, ce.j)), MUL(d.j, ce.i)), MUL(f.i, ea.j)), MUL(f.j, ea.i))
  v128_t x = CROSSES(y, z), y = CROSSES(z, x), z = CROSSES(x, y);
#undef CROSSES
  longest2 = wasm_f64x2_pmax(wasm_f64x2_pmax(longest2, squared(a)), squared(b));
  longest2 = wasm_f64x2_pmax(wasm_f64x2_pmax(longest2, squared(c)), squared(d));
  longest2 = wasm_f64x2_pmax(wasm_f64x2_pmax(longest2, squared(e)), squared(f));

  v128_t length2 = ADD(ADD(MUL(x, x), MUL(y, y)), MUL(z, z));
  v128_t perLength = wasm_f64x2_div(wasm_f64x2_splat(1), wasm_f64x2_sqrt(length2)), one = wasm_f64x2_splat(32767);
  x = MUL(x, perLength);
  y = MUL(y, perLength);
  z = MUL(z, perLength);
  v128_t z32 = wasm_f32x4_demote_f64x2_zero(z);
  v128_t xy = wasm_i32x4_shuffle(wasm_f32x4_demote_f64x2_zero(x), wasm_f32x4_demote_f64x2_zero(y), 0, 4, 1, 5);
  v128_t gx = wasm_i32x4_trunc_sat_f64x2_zero(MUL(x, one)), gy = wasm_i32x4_trunc_sat_f64x2_zero(MUL(y, one));
  v128_t gz = wasm_i32x4_trunc_sat_f64x2_zero(MUL(z, one)), gxy = wasm_i32x4_shuffle(gx, gy, 0, 4, 1, 5);
  v128_t gpu = wasm_i16x8_narrow_i32x4(wasm_i32x4_shuffle(gxy, gz, 0, 1, 4, 6), wasm_i32x4_shuffle(gxy, gz, 2, 3, 5, 6));
  if (wasm_f64x2_extract_lane(length2, 0) != 0) storeNormal(p, first, xy, wasm_f32x4_extract_lane(z32, 0), gpu, 0);
  if (wasm_f64x2_extract_lane(length2, 1) != 0) storeNormal(p, second, xy, wasm_f32x4_extract_lane(z32, 1), gpu, 1);
  return longest2;
}

/** Any ring. A ring of six is summed as the pair does, for the bits must not depend on who the neighbour in the list is. */
static f64 normalOfOne(const Piece *p, u32 v, f64 longest2) {
  u32 start = p->ringStart[v], end = p->ringStart[v + 1], open = p->boundary[v];
  if (start == end) return longest2;
  if (end - start == 6 && !open) {
    v128_t both = normalsOfPair(p, v, v, wasm_f64x2_splat(longest2));
    return wasm_f64x2_extract_lane(both, 0);
  }
  const f32 *pos = p->pos, *at = pos + 3 * v, *u = pos + 3 * p->ring[open ? start : end - 1];
  f64 vx = at[0], vy = at[1], vz = at[2], nx = 0, ny = 0, nz = 0;
  f64 px = u[0] - vx, py = u[1] - vy, pz = u[2] - vz;
  longest2 = higher(px * px + py * py + pz * pz, longest2);
  for (u32 k = start + open; k < end; k++) {
    u = pos + 3 * p->ring[k];
    f64 x = u[0] - vx, y = u[1] - vy, z = u[2] - vz;
    nx += py * z - pz * y;
    ny += pz * x - px * z;
    nz += px * y - py * x;
    longest2 = higher(x * x + y * y + z * z, longest2);
    px = x;
    py = y;
    pz = z;
  }
  f64 length2 = nx * nx + ny * ny + nz * nz;
  if (length2 == 0) return longest2;
  f64 perLength = 1 / __builtin_sqrt(length2);
  nx *= perLength;
  ny *= perLength;
  nz *= perLength;
  f32 *normal = p->normals + 3 * v;
  normal[0] = nx;
  normal[1] = ny;
  normal[2] = nz;
  int16_t *gpu = p->gpuNormals + 4 * v;
  gpu[0] = (i32)(nx * 32767);
  gpu[1] = (i32)(ny * 32767);
  gpu[2] = (i32)(nz * 32767);
  return longest2;
}

static inline int usual(const Piece *p, u32 v) { return p->ringStart[v + 1] - p->ringStart[v] == 6 && !p->boundary[v]; }

/** Of `ids[0 … count)`; the longest edge from them, quanta. */
static f64 recomputeNormals(const Piece *p, const u32 *ids, u32 count) {
  f64 longest2 = 0;
  v128_t pairs2 = wasm_f64x2_splat(0);
  u32 q = 0;
  for (; q + 1 < count; q += 2) {
    if (usual(p, ids[q]) && usual(p, ids[q + 1])) {
      pairs2 = normalsOfPair(p, ids[q], ids[q + 1], pairs2);
    } else {
      longest2 = normalOfOne(p, ids[q], longest2);
      longest2 = normalOfOne(p, ids[q + 1], longest2);
    }
  }
  if (q < count) longest2 = normalOfOne(p, ids[q], longest2);
  longest2 = higher(wasm_f64x2_extract_lane(pairs2, 0), longest2);
  return __builtin_sqrt(higher(wasm_f64x2_extract_lane(pairs2, 1), longest2));
}
