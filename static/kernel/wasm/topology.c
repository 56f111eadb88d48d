/* Who is next to whom: buildTopology of topology.js. */

#include "piece.h"

static inline void swap(u32 *from, u32 *to, u32 i, u32 j) {
  u32 f = from[i], t = to[i];
  from[i] = from[j];
  to[i] = to[j];
  from[j] = f;
  to[j] = t;
}

/** Reorders the edges so that each begins where the one before ends. Whether they close to a loop. */
static inline int chain(u32 *from, u32 *to, u32 first, u32 last) {
  for (u32 k = first; k + 1 < last; k++) {
    u32 j = k + 1;
    while (j < last && from[j] != to[k]) j++;
    if (j == last) return 0;
    if (j != k + 1) swap(from, to, j, k + 1);
  }
  return to[last - 1] == from[first];
}

/** Whether there is exactly one edge into which none leads; puts it first. */
static int bringOpenEndFirst(u32 *from, u32 *to, u32 first, u32 last) {
  u32 start = last;
  for (u32 k = first; k < last; k++) {
    u32 j = first;
    while (j < last && to[j] != from[k]) j++;
    if (j < last) continue;
    if (start < last) return 0;
    start = k;
  }
  if (start == last) return 0;
  swap(from, to, first, start);
  return 1;
}

static int ordered(const Piece *p) {
  u32 n = p->vertexCount, previous = 0;
  const u32 *t = p->triangles, *end = t + 3 * p->triangleCount;
  for (; t < end; t += 3) {
    if (t[0] >= n || t[1] >= n || t[2] >= n || t[0] >= t[1] || t[0] >= t[2] || t[0] < previous) return 0;
    previous = t[0];
  }
  return 1;
}

/**
 * Fills ringStart, ring, boundary and blockFaces from the triangles. Scratch: `from` and `to` (3m each), `cursor` (n + 1).
 * Returns the length of `ring`, or −1 if these triangles are not as they should be; the reference says in words what is wrong.
 */
i32 EXPORT(topology)(const Piece *p, u32 *from, u32 *to, u32 *cursor) {
  u32 n = p->vertexCount, corners = 3 * p->triangleCount;
  const u32 *t = p->triangles;
  if (!ordered(p)) return -1;
  for (u32 v = 0; v <= n; v++) cursor[v] = 0;
  for (u32 i = 0; i < corners; i++) cursor[t[i]]++;
  for (u32 v = 0, sum = 0; v <= n; v++) {
    u32 count = cursor[v];
    cursor[v] = sum;
    sum += count;
  }
  for (u32 i = 0; i < corners; i += 3) {
    u32 a = t[i], b = t[i + 1], c = t[i + 2], k = cursor[a]++;
    from[k] = b;
    to[k] = c;
    k = cursor[b]++;
    from[k] = c;
    to[k] = a;
    k = cursor[c]++;
    from[k] = a;
    to[k] = b;
  }
  // Each cursor now stands at the end of its fan, where the next begins.
  u32 end = 0;
  for (u32 v = 0, first = 0; v < n; v++) {
    u32 last = cursor[v];
    p->ringStart[v] = end;
    p->boundary[v] = 0;
    if (first == last) continue;
    int open = !chain(from, to, first, last);
    if (open) {
      if (!bringOpenEndFirst(from, to, first, last)) return -1;
      chain(from, to, first, last);
      p->boundary[v] = 1;
    }
    for (u32 k = first; k < last; k++) {
      p->ring[end++] = from[k];
      if (k + 1 < last && from[k + 1] != to[k]) return -1;
    }
    if (open) p->ring[end++] = to[last - 1];
    first = last;
  }
  p->ringStart[n] = end;
  for (u32 b = 0, face = 0; b < p->blockCount; b++) {
    p->blockFaces[b] = face;
    while (face < p->triangleCount && t[3 * face] < (b + 1) * BLOCK_SIZE) face++;
  }
  p->blockFaces[p->blockCount] = p->triangleCount;
  return (i32)end;
}
