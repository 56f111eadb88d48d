/**
 * How the clay looks: a warm matte body in a studio that turns with the camera.
 *
 * A shader of our own instead of MeshStandardMaterial: four analytic lights cost a fraction of a physical material's
 * compile time and of its work per pixel, which decides the time to the first picture on weak machines. Light
 * directions are in view space, as in every sculpting program: forms stay readable from all sides.
 */
import { Color, DoubleSide, ShaderMaterial, Vector3 } from 'three';

// `centroid`: at the silhouette a multisampled pixel's middle may lie outside its triangle, and a normal that is carried
// on beyond it points anywhere.
const VERTEX = /* glsl */ `
  centroid varying vec3 vNormal;
  centroid varying vec3 vPosition;
  varying float vHeight;

  void main() {
    vec4 seen = modelViewMatrix * vec4(position, 1.0);
    vPosition = seen.xyz;
    vNormal = normalMatrix * normal;
    vHeight = dot(vec4(modelMatrix[0].y, modelMatrix[1].y, modelMatrix[2].y, modelMatrix[3].y), vec4(position, 1.0));
    gl_Position = projectionMatrix * seen;
  }
`;

const FRAGMENT = /* glsl */ `
  uniform vec3 clay;
  uniform vec3 inside;
  uniform vec3 keyDirection;
  uniform vec3 fillDirection;
  uniform vec3 rimDirection;
  uniform vec3 skyDirection;
  uniform float ground;
  centroid varying vec3 vNormal;
  centroid varying vec3 vPosition;
  varying float vHeight;

  // Light that reaches a little round the edge, as it does in a body that scatters: (n·l + w) / (1 + w), squared.
  float wrapped(float cosine, float width) {
    float t = max(0.0, (cosine + width) / (1.0 + width));
    return t * t;
  }

  // Creases a little darker, ridges a little lighter, as dust and fingers leave them: what one reads a form by when the light lies flat
  // on it. The mean curvature, from how the normal turns from one pixel to the next, in units of the picture and not of the model: what
  // is small on the screen counts as much from near as from far.
  float relief(float facing, float within) {
    vec3 n = normalize(vNormal);
    vec3 alongX = dFdx(vPosition), alongY = dFdy(vPosition);
    float bend = dot(dFdx(n), alongX) / max(dot(alongX, alongX), 1e-12) + dot(dFdy(n), alongY) / max(dot(alongY, alongY), 1e-12);
    bend *= -vPosition.z * 0.008 * smoothstep(0.1, 0.45, facing) * (1.0 - within);
    return 1.0 + (bend < 0.0 ? 0.5 : 0.15) * bend / (1.0 + abs(bend));
  }

  void main() {
    vec3 n = normalize(vNormal);
    vec3 v = normalize(-vPosition);
    // At the silhouette slivers of the far side show between the samples: they count as outside, or the edge is speckled.
    float within = gl_FrontFacing ? 0.0 : smoothstep(0.1, 0.3, -dot(n, v));
    if (within > 0.5) n = -n;
    float facing = max(dot(n, v), 0.0);
    float edge = 1.0 - facing;

    float key = dot(n, keyDirection);
    vec3 light = vec3(1.0, 0.93, 0.84) * 1.8 * wrapped(key, 0.18);
    light += vec3(0.62, 0.74, 0.96) * 0.42 * wrapped(dot(n, fillDirection), 0.5);
    // Sky and table: cool from above, the table's warm reflection from below.
    float up = dot(n, skyDirection) * 0.5 + 0.5;
    light += mix(vec3(0.16, 0.11, 0.09), vec3(0.26, 0.28, 0.31), up);
    // Where the light grazes, clay glows a little redder.
    float terminator = smoothstep(-0.3, 0.12, key) * (1.0 - smoothstep(0.12, 0.55, key));
    light += vec3(0.10, 0.032, 0.012) * terminator;
    // Nearness of the table darkens what looks down at it.
    float near = 1.0 - smoothstep(0.0, 0.55, vHeight - ground);
    light *= 1.0 - 0.3 * near * (1.0 - up);

    light *= relief(facing, within);

    vec3 body = mix(clay, inside, within);
    vec3 color = body * light;

    // A broad, dull sheen: moist clay is never quite matte.
    vec3 h = normalize(keyDirection + v);
    float fresnel = 0.04 + 0.5 * edge * edge * edge * edge * edge;
    color += vec3(1.0, 0.95, 0.9) * pow(max(dot(n, h), 0.0), 22.0) * 0.07 * step(0.0, key);
    float rim = wrapped(dot(n, rimDirection), 0.1) * smoothstep(0.35, 1.0, edge);
    color += vec3(0.95, 0.86, 0.8) * rim * (0.35 + fresnel);

    gl_FragColor = vec4(color, 1.0);
    #include <tonemapping_fragment>
    #include <colorspace_fragment>
  }
`;

/** Clay, seen from outside and (through holes) from inside. */
export function clayMaterial() {
  return new ShaderMaterial({
    name: 'clay',
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    side: DoubleSide,
    uniforms: {
      clay: { value: new Color(0xb57450) },
      inside: { value: new Color(0x6d5a52) },
      keyDirection: { value: new Vector3(-0.52, 0.66, 0.54).normalize() },
      fillDirection: { value: new Vector3(0.85, 0.05, 0.5).normalize() },
      rimDirection: { value: new Vector3(0.55, 0.5, -0.66).normalize() },
      skyDirection: { value: new Vector3(0, 1, 0) },
      ground: { value: -1 },
    },
  });
}

const SHADOW_VERTEX = /* glsl */ `
  varying vec2 vAt;
  void main() {
    vAt = uv * 2.0 - 1.0;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

const SHADOW_FRAGMENT = /* glsl */ `
  uniform float strength;
  varying vec2 vAt;
  void main() {
    float r = length(vAt);
    float soft = pow(max(0.0, 1.0 - r), 2.2);
    gl_FragColor = vec4(0.07, 0.045, 0.03, soft * strength);
  }
`;

/** The soft dark patch where the sculpture stands: enough for the eye to know where the table is, and nearly free. */
export function contactShadowMaterial() {
  return new ShaderMaterial({
    name: 'contact shadow',
    vertexShader: SHADOW_VERTEX,
    fragmentShader: SHADOW_FRAGMENT,
    transparent: true,
    depthWrite: false,
    toneMapped: false,
    uniforms: { strength: { value: 0.5 } },
  });
}
