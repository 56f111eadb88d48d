/* What must follow when vertices have moved: update.js, and the refit of tree.js. In the order mark (of every list), renew (of every
 * list), refit. */

#include "normals.h"

static inline void changed(Piece *p, u32 block) {
  if (p->changedFlags[block]) return;
  p->changedFlags[block] = 1;
  p->changed[p->changedCount++] = block;
}

static inline void dirty(const Piece *p, u32 block, u32 first, u32 last) {
  u32 base = block * BLOCK_SIZE, from = first - base, end = last - base + 1;
  if (p->dirtyEnd[block] == 0) {
    p->dirtyFirst[block] = from;
    p->dirtyEnd[block] = end;
  } else {
    if (from < p->dirtyFirst[block]) p->dirtyFirst[block] = from;
    if (end > p->dirtyEnd[block]) p->dirtyEnd[block] = end;
  }
}

static inline void noteExtent(const Piece *p, u32 block, f64 extent, int whole) {
  if (whole || extent > p->slack[block]) p->slack[block] = extent * ROUND_UP;
}

void EXPORT(mark)(const Piece *p, const u32 *ids, u32 count, u32 mark) {
  for (u32 q = 0; q < count; q++) p->marks[ids[q]] = mark;
}

/** One list: `runCount` runs as in selection.js, and its edge. Returns the new length of the rim. */
u32 EXPORT(renew)(Piece *p, const u32 *ids, const u32 *blocks, const u32 *starts, u32 runCount, const u32 *edge, u32 edgeCount,
                  u32 mark, u32 rimCount) {
  for (u32 r = 0; r < runCount; r++) {
    u32 block = blocks[r], from = starts[r], to = starts[r + 1];
    f64 extent = recomputeNormals(p, ids + from, to - from);
    noteExtent(p, block, extent, to - from == blockEnd(p, block) - block * BLOCK_SIZE);
    changed(p, block);
    dirty(p, block, ids[from], ids[to - 1]);
  }
  for (u32 q = 0; q < edgeCount; q++) {
    u32 v = edge[q], end = p->ringStart[v + 1];
    for (u32 k = p->ringStart[v]; k < end; k++) {
      u32 u = p->ring[k];
      if (p->marks[u] == mark) continue;
      p->marks[u] = mark;
      p->rim[rimCount++] = u;
    }
  }
  return rimCount;
}

static void refitBlock(const Piece *p, u32 block) {
  const f32 *at = p->pos + 3 * block * BLOCK_SIZE, *end = p->pos + 3 * blockEnd(p, block);
  v128_t low = wasm_f32x4_splat(__builtin_inff()), high = wasm_f32x4_splat(-__builtin_inff());
  for (; at < end; at += 3) {
    v128_t xyz = wasm_v128_load(at);
    low = wasm_f32x4_pmin(low, xyz);
    high = wasm_f32x4_pmax(high, xyz);
  }
  f32 *box = p->boxes + 6 * block;
  wasm_v128_store64_lane(box, low, 0);
  wasm_v128_store32_lane(box + 2, low, 2);
  wasm_v128_store64_lane(box + 3, high, 0);
  wasm_v128_store32_lane(box + 5, high, 2);
}

static void refitNode(const Piece *p, u32 level, u32 node) {
  u32 offset = p->levelOffset[level - 1], end = offset + least(p->levelNodes[level - 1], (node + 1) * FAN_OUT);
  f32 x0 = __builtin_inff(), y0 = x0, z0 = x0, x1 = -x0, y1 = -x0, z1 = -x0, s = 0;
  for (u32 c = offset + node * FAN_OUT; c < end; c++) {
    const f32 *box = p->boxes + 6 * c;
    if (box[0] < x0) x0 = box[0];
    if (box[1] < y0) y0 = box[1];
    if (box[2] < z0) z0 = box[2];
    if (box[3] > x1) x1 = box[3];
    if (box[4] > y1) y1 = box[4];
    if (box[5] > z1) z1 = box[5];
    if (p->slack[c] > s) s = p->slack[c];
  }
  u32 i = p->levelOffset[level] + node;
  f32 *box = p->boxes + 6 * i;
  box[0] = x0;
  box[1] = y0;
  box[2] = z0;
  box[3] = x1;
  box[4] = y1;
  box[5] = z1;
  p->slack[i] = s;
}

/** The rim's normals, then the boxes. Uses the marks `seenMark` + 1 … + levels of `seen`; leaves the set of changed blocks empty. */
void EXPORT(refit)(Piece *p, u32 rimCount, u32 seenMark) {
  const u32 *rim = p->rim;
  u32 moved = p->changedCount;
  for (u32 from = 0, to = 0; from < rimCount; from = to) {
    u32 block = rim[from] / BLOCK_SIZE, first = rim[from], last = first;
    for (to = from + 1; to < rimCount && rim[to] / BLOCK_SIZE == block; to++) {
      if (rim[to] < first) first = rim[to];
      if (rim[to] > last) last = rim[to];
    }
    noteExtent(p, block, recomputeNormals(p, rim + from, to - from), 0);
    changed(p, block);
    dirty(p, block, first, last);
  }
  for (u32 q = 0; q < moved; q++) refitBlock(p, p->changed[q]);
  const u32 *below = p->changed;
  u32 count = p->changedCount;
  for (u32 level = 1; level < p->levelCount; level++) {
    u32 *seen = p->seen + p->levelOffset[level], mark = seenMark + level, found = 0;
    for (u32 q = 0; q < count; q++) {
      u32 parent = below[q] / FAN_OUT;
      if (seen[parent] == mark) continue;
      seen[parent] = mark;
      p->parents[found++] = parent;
    }
    for (u32 q = 0; q < found; q++) refitNode(p, level, p->parents[q]);
    below = p->parents;
    count = found;
  }
  for (u32 q = 0; q < p->changedCount; q++) p->changedFlags[p->changed[q]] = 0;
  p->changedCount = 0;
}
