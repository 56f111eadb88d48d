/**
 * The physical look: colour, roughness and metalness under the light of a studio.
 *
 * Split sum with the environment as three's PMREM holds it, a cube whose mip levels are rougher and rougher; the second sum is Karis' fit
 * for mobile devices (2014).
 * The studio stands still in the view; of the key light in it only the shadow is drawn.
 */
import { FRAGMENT_PARTS } from './surface.js';

export const PHYSICAL = /* glsl */ `
  ${FRAGMENT_PARTS}
  uniform samplerCube studio;
  uniform float roughest;
  // The filmic curve takes a third of the light: a white wall shall be white again.
  #define EXPOSURE 1.7
  uniform vec3 inside;

  // How much of the light a rough surface reflects: scale and offset of its colour.
  vec2 reflected(float roughness, float facing) {
    vec4 r = roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    float a004 = min(r.x * r.x, exp2(-9.28 * facing)) * r.x + r.y;
    return vec2(-1.04, 1.04) * a004 + r.zw;
  }

  void main() {
    Looked l = looked();
    float roughness = clamp(vPaint.a, 0.04, 1.0), metal = vSurface.x * (1.0 - l.within);
    vec3 body = mix(linearPaint(), inside, l.within);
    vec3 atRight = mix(vec3(0.04), body, metal);
    vec2 share = reflected(roughness, l.facing);
    // A rough surface reflects more of what is above it; level of a roughness as in three's envmap_physical_pars_fragment.
    vec3 bent = normalize(mix(reflect(-l.v, l.n), l.n, roughness * roughness * roughness * roughness));
    vec3 spread = textureLod(studio, l.n, roughest).rgb;
    vec3 mirrored = textureLod(studio, bent, roughest * roughness * (2.0 - roughness)).rgb;
    float arrives = lit(), form = relief(l);
    vec3 color = body * (1.0 - metal) * spread * mix(0.34, 1.0, arrives);
    color += (atRight * share.x + share.y) * mirrored * mix(0.45, 1.0, arrives);
    gl_FragColor = vec4(masked(color * form * EXPOSURE), 1.0);
    #include <tonemapping_fragment>
    #include <colorspace_fragment>
  }
`;
