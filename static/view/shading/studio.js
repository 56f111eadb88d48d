/**
 * The look that one starts with: a warm matte body in a studio that turns with the camera.
 *
 * A shader of our own instead of MeshStandardMaterial: four analytic lights cost a fraction of a physical material's
 * compile time and of its work per pixel, which decides the time to the first picture on weak machines. Light
 * directions are in view space, as in every sculpting program: forms stay readable from all sides.
 */
import { FRAGMENT_PARTS } from './surface.js';

/** Where the key light is, in view space: its shadow is drawn from there. Unit length is up to the user. */
export const KEY_DIRECTION = Object.freeze(/** @type {const} */ ([-0.52, 0.66, 0.54]));

export const STUDIO = /* glsl */ `
  ${FRAGMENT_PARTS}
  uniform vec3 inside;
  uniform vec3 keyDirection;
  uniform vec3 fillDirection;
  uniform vec3 rimDirection;
  uniform vec3 skyDirection;
  uniform float ground;

  // Light that reaches a little round the edge, as it does in a body that scatters: (n·l + w) / (1 + w), squared.
  float wrapped(float cosine, float width) {
    float t = max(0.0, (cosine + width) / (1.0 + width));
    return t * t;
  }

  void main() {
    Looked l = looked();
    vec3 n = l.n, v = l.v;
    float edge = 1.0 - l.facing;
    float gloss = 1.0 - vPaint.a, metal = vSurface.x;

    float key = dot(n, keyDirection);
    float arrives = lit();
    // In a shadow the key light is not all gone: it comes back from the walls, warmer.
    vec3 keyLight = vec3(1.0, 0.93, 0.84) * 1.8 * wrapped(key, 0.18) * mix(vec3(0.10, 0.075, 0.06), vec3(1.0), arrives);
    vec3 light = keyLight;
    light += vec3(0.62, 0.74, 0.96) * 0.42 * wrapped(dot(n, fillDirection), 0.5);
    // Sky and table: cool from above, the table's warm reflection from below.
    float up = dot(n, skyDirection) * 0.5 + 0.5;
    light += mix(vec3(0.16, 0.11, 0.09), vec3(0.26, 0.28, 0.31), up) * mix(0.8, 1.0, arrives);
    // Where the light grazes, clay glows a little redder.
    float terminator = smoothstep(-0.3, 0.12, key) * (1.0 - smoothstep(0.12, 0.55, key));
    light += vec3(0.10, 0.032, 0.012) * terminator;
    // Nearness of the table darkens what looks down at it.
    float near = 1.0 - smoothstep(0.0, 0.55, vHeight - ground);
    light *= 1.0 - 0.3 * near * (1.0 - up);

    light *= relief(l);

    vec3 body = mix(linearPaint(), inside, l.within);
    vec3 color = body * light * (1.0 - 0.7 * metal);

    // The sheen, broad and dull on clay (moist clay is never quite matte), narrow and bright on what is glazed.
    vec3 h = normalize(keyDirection + v);
    vec3 tint = mix(vec3(1.0, 0.95, 0.9), body * 2.2, metal);
    float sheen = (0.035 + (0.55 + 1.2 * metal) * gloss * gloss + 0.25 * metal);
    color += tint * pow(max(dot(n, h), 0.0), 10.0 + 180.0 * gloss * gloss) * sheen * step(0.0, key) * arrives;
    float fresnel = 0.04 + 0.5 * edge * edge * edge * edge * edge;
    float rim = wrapped(dot(n, rimDirection), 0.1) * smoothstep(0.35, 1.0, edge);
    color += mix(vec3(0.95, 0.86, 0.8), tint, metal) * rim * (0.35 + fresnel) * (1.0 + 1.5 * metal);

    gl_FragColor = vec4(masked(color), 1.0);
    #include <tonemapping_fragment>
    #include <colorspace_fragment>
  }
`;
