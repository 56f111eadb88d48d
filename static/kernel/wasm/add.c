/* What is added to positions: by one's own dab (dab.js), by others (apply.js); and the fingerprint of it all (digest.js). */

#include "piece.h"

/** Adding and subtracting this rounds to a multiple of a sixteenth of a quantum; GRAIN_ROUNDER of dab.js. */
#define GRAIN_ROUNDER 0x1.8p48

static inline void addOne(const Piece *p, u32 c, f32 displacement) {
  f32 sum = (f64)p->acc[c] + ((f64)displacement + GRAIN_ROUNDER - GRAIN_ROUNDER);
  p->acc[c] = sum;
  p->pos[c] = (f64)p->ints[c] + (f64)sum;
}

/** Two coordinates that follow each other. */
static inline void addTwo(const Piece *p, u32 c, const f32 *displacement) {
  v128_t rounder = wasm_f64x2_splat(GRAIN_ROUNDER);
  v128_t grains = wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(displacement));
  grains = wasm_f64x2_sub(wasm_f64x2_add(grains, rounder), rounder);
  v128_t acc = wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(p->acc + c));
  v128_t sum = wasm_f32x4_demote_f64x2_zero(wasm_f64x2_add(acc, grains));
  wasm_v128_store64_lane(p->acc + c, sum, 0);
  v128_t ints = wasm_f64x2_convert_low_i32x4(wasm_v128_load64_zero(p->ints + c));
  v128_t pos = wasm_f64x2_add(ints, wasm_f64x2_promote_low_f32x4(sum));
  wasm_v128_store64_lane(p->pos + c, wasm_f32x4_demote_f64x2_zero(pos), 0);
}

void EXPORT(add)(const Piece *p, const u32 *ids, u32 count, const f32 *displacements) {
  for (u32 q = 0; q < count; q++, displacements += 3) {
    u32 c = 3 * ids[q];
    addTwo(p, c, displacements);
    addOne(p, c + 2, displacements[2]);
  }
}

static inline void applyOne(const Piece *p, u32 c, i32 quanta) {
  i32 sum = (i32)((u32)p->ints[c] + (u32)quanta);
  p->ints[c] = sum;
  p->pos[c] = (f64)sum + (f64)p->acc[c];
}

void EXPORT(apply)(const Piece *p, const u32 *ids, u32 count, const i32 *dx, const i32 *dy, const i32 *dz, u32 shift) {
  for (u32 q = 0; q < count; q++) {
    u32 c = 3 * ids[q];
    applyOne(p, c, (i32)((u32)dx[q] << shift));
    applyOne(p, c + 1, (i32)((u32)dy[q] << shift));
    applyOne(p, c + 2, (i32)((u32)dz[q] << shift));
  }
}

/** Divides an ascending list into runs of one block each, as `Selection.adopt`. Returns how many. */
u32 EXPORT(runs)(const u32 *ids, u32 count, u32 *blocks, u32 *starts) {
  u32 runCount = 0;
  for (u32 q = 0; q < count; q++) {
    u32 block = ids[q] / BLOCK_SIZE;
    if (runCount > 0 && blocks[runCount - 1] == block) continue;
    blocks[runCount] = block;
    starts[runCount++] = q;
  }
  starts[runCount] = count;
  return runCount;
}

/** The finaliser of MurmurHash3 (public domain), made odd: `weight` of digest.js. */
static inline u32 weight(u32 coordinate) {
  u32 h = coordinate + 0x9e3779b9u;
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  h ^= h >> 16;
  return h | 1;
}

u32 EXPORT(digest)(const Piece *p) {
  u32 sum = 0, end = 3 * p->vertexCount;
  for (u32 c = 0; c < end; c++) sum += weight(c) * (u32)p->ints[c];
  return sum;
}
