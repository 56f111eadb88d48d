/** The key light's shadow: a picture of the clay's depth as the light sees it, and where a point is in it. */

import {
  DepthTexture, DoubleSide, LessEqualCompare, LinearFilter, Matrix4, OrthographicCamera, ShaderMaterial, UnsignedIntType, Vector3,
  WebGLRenderTarget,
} from 'three';

/** @import { Camera, Scene, WebGLRenderer } from 'three' */

/** The layer of what casts a shadow. */
export const CASTERS = 1;
/** Texels of a side: with 1024 the clay of a head has a shadow of its nose, and a phone draws it in a millisecond. */
const SIZE = 1024;
/** From the light's picture, −1 … 1, to a texture's 0 … 1. */
const TO_TEXTURE = new Matrix4().set(0.5, 0, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0, 1);

export class KeyShadow {
  /** @param {readonly [number, number, number]} direction to the light, view space */
  constructor(direction) {
    this._direction = new Vector3(...direction).normalize();
    this.camera = new OrthographicCamera();
    this.camera.layers.set(CASTERS);
    /** @type {WebGLRenderTarget | null} */
    this._target = null;
    this._depth = new ShaderMaterial({
      name: 'depth', side: DoubleSide, colorWrite: false, polygonOffset: true, polygonOffsetFactor: 1.5, polygonOffsetUnits: 4,
      vertexShader: 'void main() { gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }',
      fragmentShader: 'void main() { gl_FragColor = vec4(1.0); }',
    });
    /** For the materials; the values are changed in place. */
    this.uniforms = {
      shadowMap: { value: /** @type {DepthTexture | null} */ (null) },
      shadowMatrix: { value: new Matrix4() },
      /** How far off the surface a point is looked up, world units. */
      shadowOffset: { value: 0 },
      shadowStrength: { value: 0 },
      shadowTexel: { value: 1 / SIZE },
    };
    /** Where the light is, as a direction in the world. */
    this.toLight = new Vector3();
  }

  /** No shadow in the next picture. */
  off() {
    this.uniforms.shadowStrength.value = 0;
  }

  /**
   * Draws the shadow of a sphere's content.
   * @param {WebGLRenderer} renderer @param {Scene} scene @param {Camera} viewer @param {Vector3} center @param {number} radius world units
   */
  draw(renderer, scene, viewer, center, radius) {
    const { camera, uniforms } = this;
    this.toLight.copy(this._direction).transformDirection(viewer.matrixWorld);
    camera.position.copy(center).addScaledVector(this.toLight, 2 * radius);
    camera.up.set(0, 1, 0).transformDirection(viewer.matrixWorld);
    camera.lookAt(center);
    Object.assign(camera, { left: -radius, right: radius, top: radius, bottom: -radius, near: radius, far: 3 * radius });
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
    uniforms.shadowMatrix.value.copy(TO_TEXTURE).multiply(camera.projectionMatrix).multiply(camera.matrixWorldInverse);
    uniforms.shadowOffset.value = (2.5 * 2 * radius) / SIZE;
    uniforms.shadowStrength.value = 1;

    const target = this._target ??= this._make();
    scene.overrideMaterial = this._depth;
    renderer.setRenderTarget(target);
    renderer.render(scene, camera);
    renderer.setRenderTarget(null);
    scene.overrideMaterial = null;
    uniforms.shadowMap.value = target.depthTexture;
  }

  _make() {
    const depthTexture = new DepthTexture(SIZE, SIZE, UnsignedIntType);
    depthTexture.compareFunction = LessEqualCompare;
    depthTexture.minFilter = depthTexture.magFilter = LinearFilter;
    return new WebGLRenderTarget(SIZE, SIZE, { depthTexture });
  }

  dispose() {
    this._target?.dispose();
    this._depth.dispose();
  }
}
