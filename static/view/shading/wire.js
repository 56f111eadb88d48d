/** The edges of the triangles, drawn over them. */

import { ShaderMaterial } from 'three';

/** @type {ShaderMaterial | null} */
let made = null;

/** One for all pieces; three makes the list of edges from a geometry's triangles when it first draws them. */
export function wireMaterial() {
  return made ??= new ShaderMaterial({
    name: 'wire', wireframe: true, transparent: true, depthWrite: false, toneMapped: false,
    // A little nearer to the eye than the faces: lines can not be moved by polygonOffset.
    vertexShader: /* glsl */ `
      void main() {
        gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
        gl_Position.z -= 2e-4 * gl_Position.w;
      }
    `,
    fragmentShader: 'void main() { gl_FragColor = vec4(0.08, 0.05, 0.04, 0.24); }',
  });
}
