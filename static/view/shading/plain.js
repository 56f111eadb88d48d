/** Looks without a studio: a picture of a lit sphere, the paint alone, the normals as colours. */

import { UNPAINTED } from '../../kernel/channels.js';
import { FRAGMENT_PARTS } from './surface.js';

const [red, green, blue] = UNPAINTED.map((byte) => (byte / 255).toFixed(4));

/** A lit sphere's picture, looked up by the normal. What nobody has painted has its colours, paint has its lights and darks. */
export const MATCAP = /* glsl */ `
  ${FRAGMENT_PARTS}
  uniform sampler2D matcap;

  void main() {
    Looked l = looked();
    // The picture is of a sphere seen along the line of sight, also beside the middle of the view.
    vec3 x = normalize(vec3(l.v.z, 0.0, -l.v.x)), y = cross(l.v, x);
    vec3 color = texture2D(matcap, vec2(dot(x, l.n), dot(y, l.n)) * 0.495 + 0.5).rgb;
    float painted = smoothstep(0.015, 0.09, distance(vPaint.rgb, vec3(${red}, ${green}, ${blue})));
    float lightness = dot(color, vec3(0.2126, 0.7152, 0.0722));
    color = mix(color, linearPaint() * lightness * 1.9, painted);
    color *= relief(l) * mix(0.72, 1.0, lit());
    gl_FragColor = vec4(masked(mix(color, color * 0.5, l.within)), 1.0);
    #include <colorspace_fragment>
  }
`;

/** The paint as it is, without any light. */
export const FLAT = /* glsl */ `
  ${FRAGMENT_PARTS}
  void main() {
    Looked l = looked();
    gl_FragColor = vec4(masked(linearPaint() * relief(l) * (1.0 - 0.5 * l.within)), 1.0);
    #include <colorspace_fragment>
  }
`;

/** The normal in view space: red to the right, green up, blue to the eye. */
export const NORMALS = /* glsl */ `
  ${FRAGMENT_PARTS}
  void main() {
    Looked l = looked();
    gl_FragColor = vec4(masked((l.n * 0.5 + 0.5) * relief(l)), 1.0);
  }
`;
