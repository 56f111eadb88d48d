/** Seeded randomness for tests, so that a failure is repeated by its seed. */

/**
 * Mulberry32 (Tommy Ettinger, public domain): good enough to choose test cases, and the same everywhere.
 * @param {number} seed
 */
export function seededRandom(seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(random, {
    /** @param {number} n an integer in 0 … n − 1 */
    below: (n) => Math.floor(random() * n),
    /** @template T @param {readonly T[]} list @returns {T} */
    pick: (list) => list[Math.floor(random() * list.length)],
    /** @param {number} p */
    chance: (p) => random() < p,
    client: () => Array.from({ length: 16 }, () => '0123456789abcdef'[Math.floor(random() * 16)]).join(''),
  });
}

/**
 * A displacement with random runs, gaps, magnitudes and shift.
 * @param {ReturnType<typeof seededRandom>} random
 * @param {{vertices: number, bits?: number, shift?: number}} options
 */
export function randomStroke(random, { vertices, bits = random.below(31), shift = random.below(Math.min(24, 31 - bits)) }) {
  const ids = new Uint32Array(vertices);
  const stay = random();
  const reach = 1 + random.below(random.pick([2, 300, 70_000]));
  let id = random.below(reach);
  for (let i = 0; i < vertices; i++) {
    ids[i] = id;
    id += random.chance(stay) ? 1 : 1 + random.below(reach);
  }
  const axis = () => Int32Array.from(ids, () => Math.trunc((random() * 2 - 1) * (2 ** bits - 1)));
  return { ids, dx: axis(), dy: axis(), dz: axis(), shift };
}

/** @param {{dx: Int32Array, dy: Int32Array, dz: Int32Array, shift: number}} displacement */
export function inQuanta({ dx, dy, dz, shift }) {
  const whole = (axis) => axis.map((value) => value << shift);
  return { dx: whole(dx), dy: whole(dy), dz: whole(dz) };
}
