/**
 * What every look of the clay shares: the vertex program, and the parts of fragment programs that read the surface.
 *
 * Attributes: `position` in quanta, `normal`, `paint` (red, green, blue, roughness) and `surface` (metalness, mask) as MeshView binds
 * them. Positions and normals are handed on in view space: the studio turns with the camera.
 */

// `centroid`: at the silhouette a multisampled pixel's middle may lie outside its triangle, and a normal that is carried
// on beyond it points anywhere.
export const VERTEX = /* glsl */ `
  attribute vec4 paint;
  attribute vec4 surface;
  uniform mat4 shadowMatrix;
  uniform float shadowOffset;
  centroid varying vec3 vNormal;
  centroid varying vec3 vPosition;
  varying float vHeight;
  varying vec4 vPaint;
  varying vec2 vSurface;
  varying vec3 vShadow;

  void main() {
    vec4 placed = modelMatrix * vec4(position, 1.0);
    vec4 seen = viewMatrix * placed;
    vPosition = seen.xyz;
    vNormal = normalMatrix * normal;
    vHeight = placed.y;
    vPaint = paint;
    vSurface = surface.xy;
    // A little off the surface, or it would lie in its own shadow.
    vec3 off = normalize(mat3(modelMatrix) * normal) * shadowOffset;
    vShadow = (shadowMatrix * vec4(placed.xyz + off, 1.0)).xyz;
    gl_Position = projectionMatrix * seen;
  }
`;

/** Names: `Looked look = looked()` first; then n, v, facing, within of it. Each part may be used without the others. */
export const FRAGMENT_PARTS = /* glsl */ `
  precision highp sampler2DShadow;
  uniform float sight;
  uniform float cavity;
  uniform bool facets;
  uniform sampler2DShadow shadowMap;
  uniform float shadowStrength;
  uniform float shadowTexel;
  centroid varying vec3 vNormal;
  centroid varying vec3 vPosition;
  varying float vHeight;
  varying vec4 vPaint;
  varying vec2 vSurface;
  varying vec3 vShadow;

  struct Looked {
    vec3 n;       // towards the eye's side of the surface
    vec3 v;       // to the eye
    float facing; // 1 towards the eye, 0 at the silhouette
    float within; // 1 where one looks at the inside through a hole
  };

  Looked looked() {
    Looked l;
    l.v = isOrthographic ? vec3(0.0, 0.0, 1.0) : normalize(-vPosition);
    l.n = normalize(vNormal);
    if (facets) {
      vec3 flatNormal = normalize(cross(dFdx(vPosition), dFdy(vPosition)));
      l.n = dot(flatNormal, l.n) < 0.0 ? -flatNormal : flatNormal;
    }
    // At the silhouette slivers of the far side show between the samples: they count as outside, or the edge is speckled.
    l.within = gl_FrontFacing ? 0.0 : smoothstep(0.1, 0.3, -dot(l.n, l.v));
    if (l.within > 0.5) l.n = -l.n;
    l.facing = max(dot(l.n, l.v), 0.0);
    return l;
  }

  // Paint is sRGB; light is added in linear values. (IEC 61966-2-1)
  vec3 linearPaint() {
    vec3 c = vPaint.rgb;
    return mix(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, step(c, vec3(0.04045)));
  }

  // Creases a little darker, ridges a little lighter, as dust and fingers leave them: what one reads a form by when the light lies flat
  // on it. The mean curvature, from how the normal turns from one pixel to the next, in units of the picture and not of the model: what
  // is small on the screen counts as much from near as from far.
  float relief(Looked l) {
    vec3 n = normalize(vNormal);
    vec3 alongX = dFdx(vPosition), alongY = dFdy(vPosition);
    float bend = dot(dFdx(n), alongX) / max(dot(alongX, alongX), 1e-12) + dot(dFdy(n), alongY) / max(dot(alongY, alongY), 1e-12);
    float away = isOrthographic ? sight : -vPosition.z;
    bend *= away * 0.008 * smoothstep(0.1, 0.45, l.facing) * (1.0 - l.within);
    return 1.0 + cavity * (bend < 0.0 ? 0.5 : 0.15) * bend / (1.0 + abs(bend));
  }

  // How much of the key light arrives, 0 … 1: taps on a spiral (Vogel 1979), each of them four texels compared by the device.
  float lit() {
    if (shadowStrength == 0.0) return 1.0;
    float sum = 0.0;
    for (int i = 0; i < TAPS; i++) {
      float r = sqrt((float(i) + 0.5) / float(TAPS)) * 4.5 * shadowTexel, a = float(i) * 2.39996323;
      sum += texture(shadowMap, vec3(vShadow.xy + r * vec2(cos(a), sin(a)), vShadow.z));
    }
    return 1.0 - shadowStrength * (1.0 - sum / float(TAPS));
  }

  // What is protected is dark and a little cold, as under a cloth.
  vec3 masked(vec3 color) {
    return mix(color, color * vec3(0.34, 0.37, 0.43), vSurface.y);
  }
`;

/** Taps of the shadow's filter: with fewer its edge falls into steps. */
export const TAPS = 12;
