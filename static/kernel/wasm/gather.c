/* The vertices in a sphere: BlockTree.gather of tree.js, in two steps, so that JavaScript can make room between them. */

#include "piece.h"

/** Bit of a found block all of whose vertices, and their neighbours, are in the sphere. */
#define INNER 0x80000000u

/** Levels of a tree, at most: 2³² vertices make ten. */
#define MAX_LEVELS 10

/** Finds the blocks that the sphere meets, ascending, with INNER, into `found` (blockCount). Returns how many. */
u32 EXPORT(reach)(const Piece *p, f64 cx, f64 cy, f64 cz, f64 radius, u32 *found) {
  if (p->blockCount == 0) return 0;
  u32 stackLevel[FAN_OUT * MAX_LEVELS + 1], stackNode[FAN_OUT * MAX_LEVELS + 1], count = 0;
  f64 r2 = radius * radius;
  stackLevel[0] = p->levelCount - 1;
  stackNode[0] = 0;
  for (u32 top = 1; top > 0;) {
    top--;
    u32 l = stackLevel[top], node = stackNode[top], i = p->levelOffset[l] + node;
    const f32 *box = p->boxes + 6 * i;
    f64 belowX = box[0] - cx, aboveX = cx - box[3], belowY = box[1] - cy, aboveY = cy - box[4];
    f64 belowZ = box[2] - cz, aboveZ = cz - box[5];
    f64 dx = higher(0, higher(belowX, aboveX)), dy = higher(0, higher(belowY, aboveY)), dz = higher(0, higher(belowZ, aboveZ));
    if (dx * dx + dy * dy + dz * dz >= r2) continue;
    if (l > 0) {
      u32 first = node * FAN_OUT;
      for (u32 c = least(p->levelNodes[l - 1], first + FAN_OUT); c-- > first;) {
        stackLevel[top] = l - 1;
        stackNode[top++] = c;
      }
      continue;
    }
    f64 fx = lower(belowX, aboveX), fy = lower(belowY, aboveY), fz = lower(belowZ, aboveZ);
    int inner = (__builtin_sqrt(fx * fx + fy * fy + fz * fz) + p->slack[i]) * ROUND_UP < radius;
    found[count++] = inner ? node | INNER : node;
  }
  return count;
}

/**
 * Of the found blocks the vertices nearer than `radius`, as in selection.js. `blocks` may be `found` itself. Returns the number of
 * vertices; out[0] is that of the runs, out[1] that of the edge.
 */
u32 EXPORT(gather)(const Piece *p, f64 cx, f64 cy, f64 cz, f64 radius, const u32 *found, u32 foundCount, u32 *ids, f64 *distances2,
                   u32 *edge, u32 *blocks, u32 *starts) {
  f64 r2 = radius * radius;
  u32 count = 0, edgeCount = 0, runCount = 0;
  starts[0] = 0;
  for (u32 r = 0; r < foundCount; r++) {
    u32 node = found[r] & ~INNER, first = node * BLOCK_SIZE, end = blockEnd(p, node), before = count;
    const f32 *at = p->pos + 3 * first;
    if (found[r] & INNER) {
      for (u32 v = first; v < end; v++, at += 3) {
        f64 x = at[0] - cx, y = at[1] - cy, z = at[2] - cz;
        ids[count] = v;
        distances2[count++] = x * x + y * y + z * z;
      }
    } else {
      f64 safe = higher(0, radius - p->slack[node] * ROUND_UP), safe2 = safe * safe;
      // Written whether or not they stay, and counted only then: no branch to guess wrong.
      for (u32 v = first; v < end; v++, at += 3) {
        f64 x = at[0] - cx, y = at[1] - cy, z = at[2] - cz, d2 = x * x + y * y + z * z;
        ids[count] = v;
        distances2[count] = d2;
        edge[edgeCount] = v;
        int in = d2 < r2;
        count += in;
        edgeCount += in & (d2 >= safe2);
      }
    }
    if (count == before) continue;
    blocks[runCount++] = node;
    starts[runCount] = count;
  }
  p->out[0] = runCount;
  p->out[1] = edgeCount;
  return count;
}
