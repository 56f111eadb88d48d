/** What the clay stands on: a soft dark patch, the shadow that the key light casts, and a grid for those who want it. */

import { Mesh, PlaneGeometry, ShaderMaterial } from 'three';

/** @import { IUniform, Vector3 } from 'three' */

const VERTEX = /* glsl */ `
  uniform mat4 shadowMatrix;
  varying vec2 vAt;
  varying vec3 vShadow;
  void main() {
    vec4 placed = modelMatrix * vec4(position, 1.0);
    vAt = placed.xz;
    vShadow = (shadowMatrix * placed).xyz;
    // What lies deeper than the light's picture is compared with its end.
    vShadow.z = min(vShadow.z, 0.9999);
    gl_Position = projectionMatrix * viewMatrix * placed;
  }
`;

const FRAGMENT = /* glsl */ `
  precision highp sampler2DShadow;
  uniform float strength;
  uniform float grid;
  uniform vec2 middle;
  uniform vec2 foot;
  uniform float reach;
  uniform sampler2DShadow shadowMap;
  uniform float shadowStrength;
  uniform float shadowTexel;
  uniform float slope;
  varying vec2 vAt;
  varying vec3 vShadow;

  // Lines of one pixel at whole multiples of a step, whatever the distance.
  float lines(float step) {
    vec2 cell = vAt / step;
    vec2 off = abs(fract(cell - 0.5) - 0.5) / max(fwidth(cell), vec2(1e-6));
    return 1.0 - min(1.0, min(off.x, off.y));
  }

  void main() {
    float away = length(vAt - middle) / reach;
    float r = length((vAt - middle) / foot);
    float dark = pow(max(0.0, 1.0 - r), 2.2) * 0.42;
    vec2 inside = min(vShadow.xy, 1.0 - vShadow.xy);
    if (shadowStrength > 0.0 && min(inside.x, inside.y) > 0.0) {
      float sum = 0.0;
      for (int i = 0; i < 20; i++) {
        float s = sqrt((float(i) + 0.5) / 20.0) * 13.0 * shadowTexel, a = float(i) * 2.39996323;
        sum += texture(shadowMap, vec3(vShadow.xy + s * vec2(cos(a), sin(a)), vShadow.z));
      }
      float thrown = (1.0 - sum / 20.0) * slope * (1.0 - smoothstep(0.25, 1.0, away)) * shadowStrength;
      dark = 1.0 - (1.0 - dark) * (1.0 - 0.3 * thrown);
    }
    float line = grid * max(0.28 * lines(0.1), 0.62 * lines(0.5)) * (1.0 - smoothstep(0.4, 1.0, away));
    float cover = dark * strength;
    vec3 color = mix(vec3(0.07, 0.045, 0.03), vec3(0.52, 0.47, 0.43), line * (1.0 - cover));
    gl_FragColor = vec4(color, max(cover, line));
  }
`;

/** Half a side of the table, in widths of what stands on it. */
const REACH = 3.2;

export class Table {
  /** @param {Record<string, IUniform>} shadow the uniforms of the key light's shadow */
  constructor(shadow) {
    this.uniforms = {
      ...shadow,
      strength: { value: 1 }, grid: { value: 0 }, slope: { value: 1 }, reach: { value: 1 },
      middle: { value: [0, 0] }, foot: { value: [1, 1] },
    };
    this.object = new Mesh(new PlaneGeometry(2, 2), new ShaderMaterial({
      name: 'table', vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms: this.uniforms, transparent: true, depthWrite: false, toneMapped: false,
    }));
    this.object.rotation.x = -Math.PI / 2;
    this.object.visible = false;
  }

  get height() {
    return this.object.position.y;
  }

  /** Stands under a box. @param {number[]} box min xyz, max xyz, world units */
  settle([minX, minY, minZ, maxX, maxY, maxZ]) {
    const { object, uniforms } = this;
    const wide = Math.max(maxX - minX, maxZ - minZ, 0.4 * (maxY - minY));
    object.visible = true;
    object.position.set((minX + maxX) / 2, minY - 0.004, (minZ + maxZ) / 2);
    object.scale.setScalar(REACH * wide);
    uniforms.middle.value = [object.position.x, object.position.z];
    uniforms.foot.value = [0.31 * (maxX - minX) + 0.31 * wide, 0.31 * (maxZ - minZ) + 0.31 * wide];
    uniforms.reach.value = REACH * wide;
  }

  /** Before each picture. @param {number} eyeAbove how far the eye is above the table, radii @param {Vector3} toLight */
  light(eyeAbove, toLight) {
    // Seen from below, what lies on the table would cover the sculpture.
    this.uniforms.strength.value = Math.min(1, Math.max(0, eyeAbove * 2));
    // A light that stands low throws a shadow without an end.
    this.uniforms.slope.value = Math.min(1, Math.max(0, (toLight.y - 0.1) * 4));
  }
}
