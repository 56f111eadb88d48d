/**
 * The stage: renderer, clay, camera and the flat canvas of the brush rings.
 *
 * Nothing is drawn unless something changed. There are two kinds of change: `invalidate()` asks for the clay to be
 * drawn again, `invalidateRings()` only for what lies over it. One animation frame serves both.
 *
 * Points that go in and out are in quanta, as the kernel has them; pixels are CSS pixels of the canvas.
 */
import { ACESFilmicToneMapping, BufferAttribute, BufferGeometry, Group, Mesh, Raycaster, Scene, Vector2, Vector3, WebGLRenderer } from 'three';
import { OrbitCamera } from './camera.js';
import { QUANTA_PER_RADIUS, RADIUS_PER_QUANTUM } from '../kernel/units.js';
import { MeshView } from './meshview.js';
import { MirrorPlanes } from './mirror.js';
import { PAUSE, Resolution } from './resolution.js';
import { ViewSettings } from './settings.js';
import { Looks } from './shading/looks.js';
import { KeyShadow } from './shading/shadow.js';
import { KEY_DIRECTION } from './shading/studio.js';
import { wireMaterial } from './shading/wire.js';
import { Table } from './table.js';

/** @import { ClayMesh } from '../kernel/mesh.js' */
/** @import { Ray, Vec3 } from '../kernel/units.js' */
/** @import { ViewValues } from './settings.js' */

/** The browser has no WebGL 2, or has lost the graphics device and not given it back. */
export class NoGraphics extends Error {}

/** Triangles from which on a picture takes a slow graphics device so long that a coarse one goes first. */
const LARGE = 500_000;

export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas the clay
   * @param {HTMLCanvasElement} overlay the rings, same size, above
   * @param {{antialias?: boolean, damping?: boolean}} [options]
   */
  constructor(canvas, overlay, { antialias = true, damping = true } = {}) {
    this.canvas = canvas;
    this.overlay = overlay;
    try {
      this.renderer = new WebGLRenderer({ canvas, antialias, alpha: true, powerPreference: 'high-performance' });
    } catch {
      throw new NoGraphics('no WebGL 2');
    }
    this.renderer.setClearAlpha(0);
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 1;
    // The program is our own and tested; asking the driver for its log would wait for the compiler.
    this.renderer.debug.checkShaderErrors = false;

    this.turntable = new OrbitCamera({ damping });
    this.turntable.onChange = () => this.invalidate();
    this.scene = new Scene();
    this.keyShadow = new KeyShadow(KEY_DIRECTION);
    this.looks = new Looks(this.renderer, this.keyShadow.uniforms, () => this.invalidate());
    /** How it looks: see settings.js. @type {Readonly<ViewValues>} */
    this.values = new ViewSettings().values;
    this.pieces = new Group();
    this.pieces.scale.setScalar(RADIUS_PER_QUANTUM);
    this.scene.add(this.pieces);
    /** @type {Map<number, MeshView>} */
    this.views = new Map();
    this.table = new Table(this.keyShadow.uniforms);
    this.mirrorPlanes = new MirrorPlanes();
    this.scene.add(this.table.object, this.mirrorPlanes.object);

    this.resolution = new Resolution();
    /** Draws what lies over the clay. @type {(context: CanvasRenderingContext2D, now: number) => boolean} true: again next frame */
    this.onRings = () => false;
    /** Called with every picture, when the camera may have moved. @type {() => void} */
    this.onView = () => {};
    /** Called after a frame in which the camera came to rest. @type {() => void} */
    this.onMoved = () => {};
    this.framesDrawn = 0;
    /** How long a frame took while the picture moved, ms, evened out; 0 before it ever did. */
    this.frameMs = 0;

    this._context = /** @type {CanvasRenderingContext2D} */ (overlay.getContext('2d'));
    this._dirty = true;
    this._ringsDirty = true;
    this._moving = false;
    this._frame = 0;
    this._last = 0;
    this._raycaster = new Raycaster();
    this._ndc = new Vector2();
    this._vector = new Vector3();
    this._center = new Vector3();
    this._radius = 1;
    this._mirrored = 0;
    this._lost = false;
    this._size = '';
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this._lost = true;
    });
    canvas.addEventListener('webglcontextrestored', () => {
      this._lost = false;
      this.looks.forget();
      this.show(this);
      for (const [piece, view] of [...this.views]) this.setMesh(piece, view.mesh);
      this.invalidate();
    });
    this._compile();
    this._observer = new ResizeObserver(() => this._resize());
    this._observer.observe(canvas);
    this._resize();
  }

  // — what there is to see —

  /** Shows `mesh` as the piece, in place of what was there. @param {number} piece @param {ClayMesh} mesh */
  setMesh(piece, mesh) {
    this.removeMesh(piece);
    const view = new MeshView(mesh, this.looks.material(this.values));
    if (this.values.wireframe) view.showWire(wireMaterial());
    this.views.set(piece, view);
    this.pieces.add(view.object);
    this._settle();
    this.invalidate();
  }

  /** @param {number} piece */
  removeMesh(piece) {
    const view = this.views.get(piece);
    if (!view) return;
    this.pieces.remove(view.object);
    view.dispose();
    this.views.delete(piece);
  }

  /** Shows everything, from the front if `home`. @param {boolean} [home] */
  frameAll(home = false) {
    this.turntable.frame(this._center, this._radius, home);
  }

  /** Looks as these settings say. @param {{values: Readonly<ViewValues>}} settings */
  show({ values }) {
    this.values = { ...values };
    this.turntable.setStyle(values.turning, values.rollLock);
    this.turntable.setProjection(values.projection === 'orthographic');
    const material = this.looks.material(values);
    for (const view of this.views.values()) {
      view.object.material = material;
      view.showWire(values.wireframe ? wireMaterial() : null);
    }
    this.table.uniforms.grid.value = values.grid ? 1 : 0;
    this.mirrorPlanes.object.visible = values.mirrorPlane;
    this.invalidate();
  }

  /** The planes that strokes are mirrored on now. @param {number} axes bits as in kernel/symmetry.js */
  showMirror(axes) {
    if (axes === this._mirrored) return;
    this._mirrored = axes;
    this.mirrorPlanes.show(axes);
    this.invalidate();
  }

  /** @param {ArrayLike<number>} point quanta */
  focus(point) {
    this.turntable.focus(this._vector.set(point[0], point[1], point[2]).multiplyScalar(RADIUS_PER_QUANTUM));
  }

  // — between pixels and quanta —

  /** The ray under a pixel, in quanta; its direction has unit length. @param {number} x @param {number} y @returns {Ray} */
  rayAt(x, y) {
    this._ndc.set((x / this.turntable.width) * 2 - 1, 1 - (y / this.turntable.height) * 2);
    this._raycaster.setFromCamera(this._ndc, this.turntable.camera);
    const { origin, direction } = this._raycaster.ray;
    const { camera, orthographic } = this.turntable;
    // Parallel rays begin in front of all clay, wherever the eye is said to be.
    if (orthographic) origin.addScaledVector(direction, camera.near);
    return {
      origin: [origin.x * QUANTA_PER_RADIUS, origin.y * QUANTA_PER_RADIUS, origin.z * QUANTA_PER_RADIUS],
      direction: [direction.x, direction.y, direction.z],
    };
  }

  /**
   * A brush of so many pixels: its radius is `radius + spread · distance`, in quanta, the distance being that of a hit from its ray's origin.
   * @param {number} pixels
   */
  brushSize(pixels) {
    const { turntable } = this;
    if (turntable.orthographic) return { radius: pixels * turntable.worldPerPixel() * QUANTA_PER_RADIUS, spread: 0 };
    return { radius: 0, spread: pixels * turntable.worldPerPixel(1) };
  }

  /** Quanta that `pixels` cover at the depth of `point`. @param {number} pixels @param {ArrayLike<number>} point */
  quantaOf(pixels, point) {
    const { camera } = this.turntable;
    this._vector.set(point[0], point[1], point[2]).multiplyScalar(RADIUS_PER_QUANTUM).applyMatrix4(camera.matrixWorldInverse);
    return this.turntable.worldPerPixel(Math.max(camera.near, -this._vector.z)) * pixels * QUANTA_PER_RADIUS;
  }

  /**
   * Where a point is in the picture.
   * @param {ArrayLike<number>} point quanta @param {{x: number, y: number, behind: boolean}} out `behind`: behind the eye
   */
  project(point, out) {
    const { camera, width, height } = this.turntable;
    const v = this._vector.set(point[0], point[1], point[2]).multiplyScalar(RADIUS_PER_QUANTUM).applyMatrix4(camera.matrixWorldInverse);
    out.behind = v.z > -camera.near;
    v.applyMatrix4(camera.projectionMatrix);
    out.x = (v.x * 0.5 + 0.5) * width;
    out.y = (0.5 - v.y * 0.5) * height;
  }

  // — the frame —

  invalidate() {
    this._dirty = true;
    this._ask();
  }

  invalidateRings() {
    this._ringsDirty = true;
    this._ask();
  }

  /** Draws at once; for the first picture, which should not wait for a frame. */
  drawNow() {
    this._draw();
    this._dirty = false;
  }

  /** Of all pieces. */
  get size() {
    let vertices = 0, triangles = 0;
    for (const { mesh } of this.views.values()) {
      vertices += mesh.vertexCount;
      triangles += mesh.triangleCount;
    }
    return { vertices, triangles };
  }

  /** Draws at once what is there for the first time: a large sculpture coarsely, so that it is seen sooner, and then in full. */
  drawFirst() {
    if (this.size.triangles > LARGE && this.resolution.begin()) this._applyResolution();
    this.drawNow();
    // The first picture comes without a shadow; the shadow right after it, or with the other pixels.
    if (this.resolution.reduced) this._ask();
    else this.invalidate();
  }

  /** Resolves when the graphics device has drawn what it was asked for so far. @returns {Promise<void>} */
  finished() {
    const gl = /** @type {WebGL2RenderingContext} */ (this.renderer.getContext());
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    return new Promise((resolve) => {
      const look = () => {
        if (!fence || gl.isContextLost() || gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED) {
          gl.deleteSync(fence);
          resolve();
        } else setTimeout(look, 4);
      };
      look();
    });
  }

  dispose() {
    cancelAnimationFrame(this._frame);
    this._observer.disconnect();
    for (const piece of [...this.views.keys()]) this.removeMesh(piece);
    this.looks.dispose();
    this.keyShadow.dispose();
    this.renderer.dispose();
  }

  /** Has the clay's program made now, while the sculpture is still on its way. */
  _compile() {
    const nothing = new BufferGeometry();
    nothing.setAttribute('position', new BufferAttribute(new Float32Array(9), 3));
    nothing.setAttribute('normal', new BufferAttribute(new Int16Array(12), 4, true));
    const object = new Mesh(nothing, this.looks.material(this.values));
    this.scene.add(object);
    this.renderer.compile(this.scene, this.turntable.camera);
    this.scene.remove(object);
  }

  _ask() {
    if (this._frame === 0) this._frame = requestAnimationFrame((now) => this._tick(now));
  }

  /** @param {number} now */
  _tick(now) {
    this._frame = 0;
    const seconds = this._last ? (now - this._last) / 1000 : 1 / 60;
    const moving = this.turntable.update(seconds);
    const busy = this._dirty || moving;
    if (busy) {
      if (this.resolution.measure(this._last ? now - this._last : 0)) this._applyResolution();
      this._draw();
    } else if (this.resolution.rest()) {
      // Nothing moves any more: one picture at full resolution.
      this._applyResolution();
      this._draw();
    }
    if (this._moving && !moving) this.onMoved();
    this._moving = moving;
    this._dirty = moving;
    if (busy || this._ringsDirty) {
      this._ringsDirty = false;
      this._context.clearRect(0, 0, this.turntable.width, this.turntable.height);
      if (this.onRings(this._context, now)) this._ringsDirty = true;
    }
    if (busy && this._last && now - this._last < PAUSE) this.frameMs += (now - this._last - this.frameMs) * (this.frameMs === 0 ? 1 : 0.1);
    this._last = busy ? now : 0;
    if (this._dirty || this._ringsDirty || this.resolution.reduced) this._ask();
  }

  _draw() {
    if (this._lost || this.views.size === 0) return;
    for (const view of this.views.values()) view.upload();
    const { camera, shown } = this.turntable;
    const { uniforms } = this.looks;
    uniforms.sight.value = shown.distance;
    uniforms.skyDirection.value.set(0, 1, 0).transformDirection(camera.matrixWorldInverse);
    this._drawShadow();
    // In parallel projection the eye is where it looks from, however near it is said to be.
    this.table.light(this.turntable.orthographic ? 2 * shown.eye(this._vector).sub(shown.target).y / shown.distance : camera.position.y - this.table.height, this.keyShadow.toLight);
    this.renderer.render(this.scene, this.turntable.camera);
    this.onView();
    this.framesDrawn++;
  }

  /** The key light's shadow. A machine that is slow already moves the picture without it; it comes back when all rests. */
  _drawShadow() {
    const { look, shadows } = this.values;
    if (!shadows || look === 'flat' || look === 'normals' || this.resolution.reduced || this.framesDrawn === 0) {
      this.keyShadow.off();
      return;
    }
    const [minX, minY, minZ, maxX, maxY, maxZ] = this._box();
    this._vector.set((minX + maxX) / 2, (minY + maxY) / 2, (minZ + maxZ) / 2);
    const radius = Math.hypot(maxX - minX, maxY - minY, maxZ - minZ) / 2;
    if (radius > 0) this.keyShadow.draw(this.renderer, this.scene, this.turntable.camera, this._vector, radius);
  }

  /** Around all pieces as they are now: min xyz, max xyz, world units. */
  _box() {
    const box = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
    for (const view of this.views.values()) {
      const bounds = view.bounds();
      for (let k = 0; k < 3; k++) {
        box[k] = Math.min(box[k], bounds[k] * RADIUS_PER_QUANTUM);
        box[3 + k] = Math.max(box[3 + k], bounds[3 + k] * RADIUS_PER_QUANTUM);
      }
    }
    return box;
  }

  /** Table and home view from the bounds of all pieces. */
  _settle() {
    const box = this._box();
    const [minX, minY, minZ, maxX, maxY, maxZ] = box;
    if (!(minY < Infinity)) return;
    this._center.set((minX + maxX) / 2, (minY + maxY) / 2, (minZ + maxZ) / 2);
    this._radius = Math.max(0.05, Math.hypot(maxX - minX, maxY - minY, maxZ - minZ) / 2);
    // The bounding sphere is often much smaller than the half diagonal of the box; a piece's own is 1 at import.
    this._radius = Math.min(this._radius, Math.max(1, this._radius / Math.sqrt(3)));
    this.table.settle(box);
    this.looks.uniforms.ground.value = minY;
  }

  _resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const size = `${width} ${height} ${ratio}`;
    if (width === 0 || height === 0 || size === this._size) return;
    this._size = size;
    this._applyResolution();
    this.overlay.width = Math.round(width * ratio);
    this.overlay.height = Math.round(height * ratio);
    this._context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.turntable.resize(width, height);
    // A resized canvas is empty until it is drawn: not waiting for the next frame avoids a flash.
    if (this.framesDrawn > 0) this.drawNow();
    this.invalidateRings();
  }

  _applyResolution() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.renderer.setPixelRatio(this.resolution.ratio(window.devicePixelRatio || 1));
    this.renderer.setSize(width, height, false);
  }
}
