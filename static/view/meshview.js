/**
 * A piece of clay on the graphics device.
 *
 * The buffers are the kernel's own arrays, not copies: positions in quanta (the object above scales by 2⁻²²), normals
 * as normalised 16-bit numbers, paint as normalised bytes, the triangles as the index. After a dab only the ranges that
 * the kernel names are sent.
 */
import { BufferAttribute, BufferGeometry, DynamicDrawUsage, InterleavedBuffer, InterleavedBufferAttribute, Mesh, Sphere, Vector3 } from 'three';

import { PAINT_STRIDE } from '../kernel/channels.js';
import { CASTERS } from './shading/shadow.js';

/** @import { Material } from 'three' */
/** @import { ClayMesh } from '../kernel/mesh.js' */

export class MeshView {
  /** @param {ClayMesh} mesh stays the kernel's; its arrays are read here @param {Material} material */
  constructor(mesh, material) {
    this.mesh = mesh;
    this.position = new BufferAttribute(mesh.pos, 3);
    this.normal = new BufferAttribute(mesh.gpuNormals, 4, true);
    this.position.setUsage(DynamicDrawUsage);
    this.normal.setUsage(DynamicDrawUsage);
    this.geometry = new BufferGeometry();
    this.geometry.setAttribute('position', this.position);
    this.geometry.setAttribute('normal', this.normal);
    // One buffer for both: `paint` is red, green, blue, roughness; `surface` is metalness, mask and two zeros.
    this.paint = new InterleavedBuffer(mesh.paint, PAINT_STRIDE);
    this.paint.setUsage(DynamicDrawUsage);
    this.geometry.setAttribute('paint', new InterleavedBufferAttribute(this.paint, 4, 0, true));
    this.geometry.setAttribute('surface', new InterleavedBufferAttribute(this.paint, 4, 4, true));
    this.geometry.setIndex(new BufferAttribute(mesh.topology.triangles, 1));
    // Never computed from the positions: that would read every vertex, and the camera always looks at the piece.
    this.geometry.boundingSphere = new Sphere(new Vector3(), 2 ** 23);
    this.object = new Mesh(this.geometry, material);
    this.object.frustumCulled = false;
    this.object.matrixAutoUpdate = false;
    this.object.layers.enable(CASTERS);
    /** The edges of the triangles, while they are shown. @type {Mesh | null} */
    this.wire = null;
    // What changed before now goes up with the whole buffers.
    mesh.takeDirty();
    mesh.takeDirtyPaint();
  }

  /** Sends what the kernel changed since the last call. True if there was anything. */
  upload() {
    const ranges = this.mesh.takeDirty(), painted = this.mesh.takeDirtyPaint();
    for (const { start, count } of painted) this.paint.addUpdateRange(start * PAINT_STRIDE, count * PAINT_STRIDE);
    if (painted.length > 0) this.paint.needsUpdate = true;
    if (ranges.length === 0) return painted.length > 0;
    for (const attribute of [this.position, this.normal]) {
      const size = attribute.itemSize;
      // Ranges that were set and not yet drawn (a hidden page) are sent too: three clears them when it uploads.
      for (const { start, count } of ranges) attribute.addUpdateRange(start * size, count * size);
      attribute.needsUpdate = true;
    }
    return true;
  }

  /** Shows the edges, or with null does no longer. @param {Material | null} material */
  showWire(material) {
    if (material === null) {
      this.wire?.removeFromParent();
      this.wire = null;
      return;
    }
    if (this.wire) return;
    this.wire = new Mesh(this.geometry, material);
    this.wire.frustumCulled = false;
    this.wire.matrixAutoUpdate = false;
    this.object.add(this.wire);
  }

  /** Bounding box as it is now, quanta: min xyz, max xyz. */
  bounds() {
    const { boxes, levels } = this.mesh.tree;
    const root = 6 * levels[levels.length - 1].offset;
    return boxes.subarray(root, root + 6);
  }

  dispose() {
    this.geometry.dispose();
  }
}
