/* How much each vertex takes part: weigh.js, two vertices at a time; and what contracting brushes may still do: contraction.js. */

#include "pair.h"

/** Adding and subtracting this rounds to a multiple of 2⁻²⁰; WEIGHT_ROUNDER of contraction.js. */
#define WEIGHT_ROUNDER 0x1.8p32

#define PAINT_STRIDE 8
#define MASK 5

typedef struct {
  v128_t cx, cy, cz, ex, ey, ez, strength, perQuantum;
  const f32 *falloff;
  f64 last, reach2;
  u32 frontFaces, ignoresMask;
} Brush;

/** What is left of a weight under the mask. */
static inline f64 freed(const Piece *p, u32 v, f64 weight) {
  u8 mask = p->paint[PAINT_STRIDE * v + MASK];
  return mask == 0 ? weight : weight * (1 - mask / 255.0);
}

/** The falloff at `t` entries of its table, with the same in the other lane. */
static inline f64 fallen(const Brush *b, f64 t) {
  u32 k = (u32)t;
  f64 here = b->falloff[k];
  return here + (b->falloff[k + 1] - here) * (t - k);
}

/** The sums of `area`: Σ normal, Σ (position − centre), and how many. */
typedef struct {
  f64 nx, ny, nz, x, y, z, found;
} Area;

#define LANE wasm_f64x2_extract_lane

static inline void weighPair(const Piece *p, const Brush *b, u32 first, u32 second, v128_t d2, f32 *weights, int both, Area *area) {
  Pair n = pairAt(p->normals, first, second);
  v128_t facing = wasm_f64x2_neg(ADD(ADD(MUL(n.x, b->ex), MUL(n.y, b->ey)), MUL(n.z, b->ez)));
  v128_t t = MUL(wasm_f64x2_sqrt(d2), b->perQuantum), in = wasm_f64x2_lt(t, wasm_f64x2_splat(b->last));
  v128_t seen = wasm_f64x2_gt(facing, wasm_f64x2_splat(0));
  if (b->frontFaces) in = wasm_v128_and(in, seen);
  f64 w0 = wasm_i64x2_extract_lane(in, 0) ? fallen(b, LANE(t, 0)) : 0, w1 = wasm_i64x2_extract_lane(in, 1) ? fallen(b, LANE(t, 1)) : 0;
  v128_t w = MUL(wasm_f64x2_make(w0, w1), b->strength);
  if (!b->ignoresMask) w = wasm_f64x2_make(freed(p, first, LANE(w, 0)), freed(p, second, LANE(w, 1)));
  if (b->frontFaces) w = wasm_v128_and(MUL(w, facing), in);
  v128_t w32 = wasm_f32x4_demote_f64x2_zero(w);
  if (both) wasm_v128_store64_lane(weights, w32, 0);
  else wasm_v128_store32_lane(weights, w32, 0);

  v128_t counted = wasm_v128_and(seen, wasm_f64x2_lt(d2, wasm_f64x2_splat(b->reach2)));
  if (!wasm_v128_any_true(counted)) return;
  Pair at = pairAt(p->pos, first, second);
  at = (Pair){SUB(at.x, b->cx), SUB(at.y, b->cy), SUB(at.z, b->cz)};
  // One after the other, as the reference: the order of a sum shows in its bits.
#define COUNT(lane)                  \
  if (wasm_i64x2_extract_lane(counted, lane)) { \
    area->nx += LANE(n.x, lane);     \
    area->ny += LANE(n.y, lane);     \
    area->nz += LANE(n.z, lane);     \
    area->x += LANE(at.x, lane);     \
    area->y += LANE(at.y, lane);     \
    area->z += LANE(at.z, lane);     \
    area->found += 1;                \
  }
  COUNT(0)
  if (both) COUNT(1)
#undef COUNT
}

/** Fills `weights`, and out[0 … 6] with what `selection.area` is. `falloff` has `last` + 1 entries. */
void EXPORT(weigh)(const Piece *p, const u32 *ids, const u32 *starts, u32 runCount, const f64 *distances2, f32 *weights, f64 cx, f64 cy,
                   f64 cz, f64 ex, f64 ey, f64 ez, f64 strength, f64 radius, f64 reach2, const f32 *falloff, u32 last, u32 frontFaces,
                   u32 ignoresMask) {
#define SPLAT wasm_f64x2_splat
  Brush b = {SPLAT(cx), SPLAT(cy),       SPLAT(cz),              SPLAT(ex), SPLAT(ey), SPLAT(ez),
             SPLAT(strength), SPLAT(last / radius), falloff, last,      reach2,    frontFaces, ignoresMask};
#undef SPLAT
  f64 *out = p->out;
  for (u32 i = 0; i < 7; i++) out[i] = 0;
  for (u32 r = 0; r < runCount; r++) {
    Area area = {0, 0, 0, 0, 0, 0, 0};
    u32 q = starts[r], end = starts[r + 1];
    for (; q + 1 < end; q += 2) weighPair(p, &b, ids[q], ids[q + 1], wasm_v128_load(distances2 + q), weights + q, 1, &area);
    if (q < end) weighPair(p, &b, ids[q], ids[q], wasm_v128_load64_splat(distances2 + q), weights + q, 0, &area);
    out[0] += area.nx;
    out[1] += area.ny;
    out[2] += area.nz;
    out[3] += area.x;
    out[4] += area.y;
    out[5] += area.z;
    out[6] += area.found;
  }
}

/** `limitWeights` of one list alone, whose vertices are all different: nothing has to wait for another list. */
void EXPORT(limit)(const u32 *ids, u32 count, f32 *weights, f32 *spent, f64 cap) {
  for (u32 q = 0; q < count; q++) {
    f32 before = spent[ids[q]], weight = (f64)weights[q] + WEIGHT_ROUNDER - WEIGHT_ROUNDER, wanted = (f64)before + (f64)weight;
    if (wanted > cap) {
      weight = (f64)weight * ((cap - (f64)before) / ((f64)wanted - (f64)before));
      wanted = cap;
    }
    weights[q] = weight;
    spent[ids[q]] = wanted;
  }
}

/** The displacements of smooth.js: towards the mean of the neighbours. */
void EXPORT(smooth)(const Piece *p, const u32 *ids, u32 count, const f32 *weights, f32 *displacements, u32 tangential) {
  for (u32 q = 0; q < count; q++, displacements += 3) {
    u32 v = ids[q], first = p->ringStart[v], end = p->ringStart[v + 1];
    if (end - first <= 2 || weights[q] == 0) {
      displacements[0] = displacements[1] = displacements[2] = 0;
      continue;
    }
    u32 stride = p->boundary[v] ? end - first - 1 : 1, neighbours = 0;
    v128_t xy = wasm_f64x2_splat(0), z_ = wasm_f64x2_splat(0);
    for (u32 k = first; k < end; k += stride, neighbours++) {
      v128_t u = wasm_v128_load(p->pos + 3 * p->ring[k]);
      xy = ADD(xy, wasm_f64x2_promote_low_f32x4(u));
      z_ = ADD(z_, wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(u, u, 2, 2, 2, 2)));
    }
    const f32 *at = p->pos + 3 * v;
    f64 x = LANE(xy, 0) / neighbours - at[0], y = LANE(xy, 1) / neighbours - at[1], z = LANE(z_, 0) / neighbours - at[2];
    if (tangential) {
      const f32 *n = p->normals + 3 * v;
      f64 along = x * n[0] + y * n[1] + z * n[2];
      x -= n[0] * along;
      y -= n[1] * along;
      z -= n[2] * along;
    }
    f64 w = weights[q];
    displacements[0] = x * w;
    displacements[1] = y * w;
    displacements[2] = z * w;
  }
}
