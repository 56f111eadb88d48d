/** The planes that a stroke is mirrored on: thin glass that the clay stands in. */

import { DoubleSide, Group, Mesh, PlaneGeometry, ShaderMaterial } from 'three';

const VERTEX = /* glsl */ `
  varying vec2 vAt;
  void main() {
    vAt = position.xy;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

const FRAGMENT = /* glsl */ `
  uniform vec3 color;
  varying vec2 vAt;
  void main() {
    vec2 toEdge = 1.0 - abs(vAt);
    vec2 wide = max(fwidth(vAt), vec2(1e-6)) * 1.5;
    float edge = 1.0 - min(smoothstep(0.0, wide.x, toEdge.x), smoothstep(0.0, wide.y, toEdge.y));
    gl_FragColor = vec4(color, max(0.05, 0.55 * edge));
  }
`;

/** Half a side, radii of the sculpture. */
const HALF = 1.25;
/** The colours of the axes, as in the corner: sRGB, 0 … 1. */
const COLORS = [[0.77, 0.28, 0.23], [0.31, 0.54, 0.29], [0.25, 0.47, 0.71]];

export class MirrorPlanes {
  constructor() {
    this.object = new Group();
    const square = new PlaneGeometry(2, 2);
    COLORS.forEach((color, axis) => {
      const plane = new Mesh(square, new ShaderMaterial({
        name: 'mirror', vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms: { color: { value: color } },
        side: DoubleSide, transparent: true, depthWrite: false, toneMapped: false,
      }));
      if (axis === 0) plane.rotation.y = Math.PI / 2;
      if (axis === 1) plane.rotation.x = Math.PI / 2;
      plane.scale.setScalar(HALF);
      plane.visible = false;
      this.object.add(plane);
    });
  }

  /** @param {number} axes bits as in kernel/symmetry.js: 1 X, 2 Y, 4 Z */
  show(axes) {
    this.object.children.forEach((plane, axis) => {
      plane.visible = (axes & (1 << axis)) !== 0;
    });
  }
}
