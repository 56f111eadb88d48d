/*
 * One piece of clay as the loops see it: where its arrays lie in the piece's memory. JavaScript (memory.js) lays them out and fills
 * this in, field by field in this order; nothing here is ever allocated, and no C file has variables of its own, so that any
 * number of instances may stand over one memory, one running at a time.
 *
 * Every loop gives the bits of its JavaScript reference: the same operations on float64 in the same order, rounded to float32 where
 * the reference stores to a Float32Array. So no -ffast-math, no fused multiply-add, no relaxed SIMD.
 */
#pragma once

#include <stdint.h>
#include <wasm_simd128.h>

typedef float f32;
typedef double f64;
typedef int32_t i32;
typedef uint32_t u32;
typedef uint8_t u8;

#define EXPORT(name) __attribute__((export_name(#name))) name

#define BLOCK_SIZE 128u
#define FAN_OUT 8u

/** Slack and reach are rounded up by this; ROUND_UP of tree.js. */
#define ROUND_UP (1 + 0x1p-22)

typedef struct {
  u32 vertexCount, blockCount, levelCount, triangleCount;
  /** (levelCount) nodes of each level, and where its first one is. */
  const u32 *levelNodes, *levelOffset;
  i32 *ints;
  f32 *acc, *pos, *normals;
  int16_t *gpuNormals;
  u32 *triangles, *ringStart, *ring;
  u8 *boundary;
  u32 *blockFaces;
  f32 *boxes, *slack;
  u32 *seen, *marks, *rim;
  /** The set of changed blocks: members, how many, and a flag for each block. */
  u32 *changed;
  u8 *changedFlags;
  u32 changedCount;
  u32 *parents;
  u8 *dirtyFirst, *dirtyEnd;
  /** (8 · vertexCount), see channels.js. */
  const u8 *paint;
  /** (8) results beyond the one that a function returns. */
  f64 *out;
} Piece;

static inline u32 least(u32 a, u32 b) { return a < b ? a : b; }
static inline f64 lower(f64 a, f64 b) { return a < b ? a : b; }
static inline f64 higher(f64 a, f64 b) { return a > b ? a : b; }

static inline u32 blockEnd(const Piece *p, u32 block) { return least(p->vertexCount, (block + 1) * BLOCK_SIZE); }
