/** The axes in the corner: they turn with the sculpture, and a click on one looks along it. */

import { make } from '../dom.js';
import { t } from '../words.js';

/** @import { Side } from '../../view/pose.js' */
/** @import { OrbitCamera } from '../../view/camera.js' */

/** Pixels from the middle to the knob of an axis. */
const ARM = 34;

/** @type {readonly {side: Side, letter: string, axis: 'x' | 'y' | 'z', sign: 1 | -1}[]} */
const KNOBS = [
  { side: 'front', letter: 'Z', axis: 'z', sign: 1 },
  { side: 'right', letter: 'X', axis: 'x', sign: 1 },
  { side: 'top', letter: 'Y', axis: 'y', sign: 1 },
  { side: 'back', letter: '', axis: 'z', sign: -1 },
  { side: 'left', letter: '', axis: 'x', sign: -1 },
  { side: 'bottom', letter: '', axis: 'y', sign: -1 },
];

export class Gizmo {
  /** @param {HTMLElement} place @param {OrbitCamera} camera @param {(side: Side) => void} onSide */
  constructor(place, camera, onSide) {
    this.camera = camera;
    this.element = place;
    place.setAttribute('role', 'group');
    this._knobs = KNOBS.map((knob) => {
      const label = t(`view.side.${knob.side}`);
      const button = make('button', { type: 'button', class: 'axis-knob', 'data-axis': knob.axis, 'data-side': knob.side, 'data-command': `view.${knob.side}`, 'aria-label': label, title: label }, knob.letter);
      if (knob.sign < 0) button.dataset.far = '';
      button.addEventListener('click', () => onSide(knob.side));
      const arm = knob.sign > 0 ? make('span', { class: 'arm', 'data-axis': knob.axis, 'aria-hidden': 'true' }) : null;
      place.append(...(arm ? [arm, button] : [button]));
      return { ...knob, button, arm };
    });
    this.show();
  }

  /** Turns the axes as the camera shows them. */
  show() {
    const { x, y, z, w } = this.camera.shown.orientation;
    // Rows of the rotation from the world to the picture: the conjugate's columns.
    const right = [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)];
    const up = [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)];
    const near = [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)];
    for (const { axis, sign, button, arm } of this._knobs) {
      const i = 'xyz'.indexOf(axis);
      const across = sign * right[i] * ARM, down = -sign * up[i] * ARM;
      button.style.transform = `translate(-50%, -50%) translate(${across.toFixed(1)}px, ${down.toFixed(1)}px)`;
      button.style.zIndex = String(Math.round(10 + 9 * sign * near[i]));
      if (arm) arm.style.transform = `rotate(${Math.atan2(down, across)}rad) scaleX(${Math.hypot(across, down) / ARM})`;
    }
  }
}
