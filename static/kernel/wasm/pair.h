/* Two vertices in one SIMD register, as float64. */
#pragma once

#include "piece.h"

#define ADD wasm_f64x2_add
#define SUB wasm_f64x2_sub
#define MUL wasm_f64x2_mul

/** A point or vector of two vertices at once: lane 0 is the first's, lane 1 the second's. */
typedef struct {
  v128_t x, y, z;
} Pair;

/** Of `pos` or `normals`. Reads four bytes past the third coordinate: behind both there is room. */
static inline Pair pairAt(const f32 *pos, u32 first, u32 second) {
  v128_t a = wasm_v128_load(pos + 3 * first), b = wasm_v128_load(pos + 3 * second);
  v128_t xy = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), z = wasm_i32x4_shuffle(a, b, 2, 6, 2, 6);
  return (Pair){wasm_f64x2_promote_low_f32x4(xy), wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(xy, xy, 2, 3, 2, 3)),
                wasm_f64x2_promote_low_f32x4(z)};
}
