/**
 * Rooms of light for the physical look: walls that glow and panels of light, built here and blurred by roughness once (three's PMREM).
 *
 * Axes are those of the view, +Y up and +Z towards the eye. Brightness is radiance: 1 is a white wall in even light.
 */
import {
  BackSide, BufferAttribute, Color, DoubleSide, Mesh, MeshBasicMaterial, PlaneGeometry, PMREMGenerator, Scene, SphereGeometry, Vector3,
} from 'three';

/** @import { WebGLRenderer, WebGLRenderTarget } from 'three' */

/**
 * A panel of light: where it stands, how large it is, its colour times its brightness. It faces the middle.
 * @typedef {{at: [number, number, number], size: [number, number], color: number, bright: number}} Panel
 */
/** @typedef {{above: number, level: number, below: number, panels: Panel[]}} Room colours of the walls */

/** @type {Record<'softbox' | 'daylight' | 'evening' | 'gallery', Room>} */
export const STUDIOS = {
  // A photographer's: a large soft key from the upper left, a white wall on the right, two strips behind.
  softbox: {
    above: 0x5a5c60, level: 0x55524f, below: 0x2f2a27,
    panels: [
      { at: [-4.2, 5, 4], size: [4.5, 4.5], color: 0xfff1e0, bright: 9 },
      { at: [6, 0.5, 3], size: [3, 6], color: 0xdfe9ff, bright: 1.6 },
      { at: [4.5, 2.5, -5], size: [1.2, 6], color: 0xfff6ec, bright: 8 },
      { at: [-5.5, 1, -4], size: [1, 6], color: 0xeaf2ff, bright: 5 },
    ],
  },
  // A room with a tall north window on the left and a warm floor.
  daylight: {
    above: 0xa9adb2, level: 0x8f8d8a, below: 0x6b5140,
    panels: [
      { at: [-6, 2.2, 1.6], size: [2.1, 5], color: 0xdbe8ff, bright: 7 },
      { at: [-5.4, 2.2, -1.6], size: [2.1, 5], color: 0xdbe8ff, bright: 7 },
      { at: [0, -4, 2], size: [7, 5], color: 0xd9a77c, bright: 0.8 },
      { at: [0.5, 6, 2.5], size: [3, 3], color: 0xffffff, bright: 2.5 },
    ],
  },
  // The last sun from behind on the right, and a blue sky.
  evening: {
    above: 0x6688c4, level: 0xb0909a, below: 0x4a3c44,
    panels: [
      { at: [6, 1.6, -2.5], size: [2.2, 2.2], color: 0xffb06a, bright: 44 },
      { at: [-4, 4, 4.5], size: [5, 4], color: 0xb7c8f2, bright: 6 },
      { at: [3.5, 0.2, 5], size: [3, 2], color: 0xffc796, bright: 1.2 },
    ],
  },
  // A dark hall with small spots: what shines shows it here.
  gallery: {
    above: 0x2c2e33, level: 0x343132, below: 0x1e1a18,
    panels: [
      { at: [-3.4, 5.5, 3.4], size: [1.6, 1.6], color: 0xffe7cb, bright: 46 },
      { at: [4, 5, 2], size: [1.1, 1.1], color: 0xffe7cb, bright: 34 },
      { at: [5, 3, -5], size: [0.7, 7], color: 0xcfe0ff, bright: 16 },
      { at: [-6, 2, -3.5], size: [0.7, 7], color: 0xffd9b0, bright: 12 },
    ],
  },
};

/** @typedef {keyof typeof STUDIOS} StudioName */

/** Pixels of a side of the finest picture: panels have soft edges anyway. */
const SIZE = 128;

/** @param {Room} room */
function build({ above, level, below, panels }) {
  const scene = new Scene();
  const walls = new SphereGeometry(12, 32, 16);
  const positions = walls.getAttribute('position');
  const colors = new Float32Array(3 * positions.count);
  const [top, middle, bottom] = [new Color(above), new Color(level), new Color(below)];
  const color = new Color();
  for (let i = 0; i < positions.count; i++) {
    const height = positions.getY(i) / 12;
    color.lerpColors(middle, height > 0 ? top : bottom, Math.min(1, Math.abs(height) * 1.6)).toArray(colors, 3 * i);
  }
  walls.setAttribute('color', new BufferAttribute(colors, 3));
  scene.add(new Mesh(walls, new MeshBasicMaterial({ vertexColors: true, side: BackSide })));
  const middleOfRoom = new Vector3();
  for (const panel of panels) {
    const light = new Mesh(
      new PlaneGeometry(...panel.size),
      new MeshBasicMaterial({ color: new Color(panel.color).multiplyScalar(panel.bright), side: DoubleSide }));
    light.position.set(...panel.at);
    light.lookAt(middleOfRoom);
    scene.add(light);
  }
  return scene;
}

/** The light of a studio for every direction and roughness. @param {WebGLRenderer} renderer @param {StudioName} name @returns {WebGLRenderTarget} */
export function studioLight(renderer, name) {
  const scene = build(STUDIOS[name]);
  const generator = new PMREMGenerator(renderer);
  const light = generator.fromScene(scene, 0.02, 0.1, 100, { size: SIZE });
  generator.dispose();
  scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    object.geometry.dispose();
    object.material.dispose();
  });
  return light;
}
