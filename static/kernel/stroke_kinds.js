/** The kinds of strokes: what becomes of the pointer's places. Each is a handful of calls to the StrokeMaker's own means. */

import { distance, pointAt } from './sample.js';

/** @import { FullSample } from './sample.js' */
/** @import { StrokeMaker } from './stroke.js' */
/** @import { StrokeKind } from './stroke_settings.js' */

/**
 * @typedef {Object} Kind
 * @property {boolean} steadies  the stabiliser works on it
 * @property {boolean} even      its dabs overlap by `spacing`, so their strength may be evened out
 * @property {boolean} takesBack each event takes back what the stroke did and makes it anew
 * @property {boolean} repeats   dabs by the clock while the pointer rests
 * @property {boolean} newest    of several samples that come at once only the last one counts
 * @property {(stroke: StrokeMaker, at: FullSample) => void} press `stroke.hit` is what is under it
 * @property {(stroke: StrokeMaker, from: FullSample, to: FullSample) => void} move
 * @property {(stroke: StrokeMaker, at: FullSample) => void} release
 */

const nothing = () => {};

/** @type {Kind} */
const space = {
  steadies: true,
  even: true,
  takesBack: false,
  repeats: false,
  newest: false,
  press: (stroke, at) => stroke.dabHere(at),
  move: (stroke, from, to) => stroke.dabsAlong(from, to),
  release: nothing,
};

/** @type {Kind} */
const dots = { ...space, even: false, newest: true, move: (stroke, _from, to) => void stroke.dabUnder(to) };

/** @type {Kind} */
const airbrush = { ...space, repeats: true };

/** One dab at the press, as wide as the drag is long. @type {Kind} */
const anchored = {
  steadies: false,
  even: false,
  takesBack: true,
  repeats: false,
  newest: true,
  press: (stroke, at) => stroke.dabHere(at),
  move: (stroke, _from, to) => {
    const { point, distance: depth } = stroke.pressed.hit, end = pointAt(to.ray, depth);
    stroke.takeBack();
    stroke.dabAnchored(to, distance(point, end), [end[0] - point[0], end[1] - point[1], end[2] - point[2]]);
  },
  release: nothing,
};

/** One dab that follows the pointer; beside the surface it stays where it was. @type {Kind} */
const dragDot = {
  ...anchored,
  move: (stroke, from, to) => {
    stroke.takeBack();
    if (!stroke.dabUnder(to)) stroke.dabHere(from);
  },
};

/** A straight line, made at the release. @type {Kind} */
const line = {
  ...space,
  steadies: false,
  newest: true,
  press: nothing,
  move: nothing,
  release: (stroke, at) => {
    stroke.dabHere(stroke.pressed.sample);
    stroke.dabsAlong(stroke.pressed.sample, at);
  },
};

/** What holds its vertices moves them with the pointer. @type {Kind} */
export const HELD = {
  ...space,
  steadies: false,
  even: false,
  newest: true,
  press: (stroke, at) => stroke.takeHold(at),
  move: (stroke, _from, to) => stroke.pull(to),
};

/** @type {Readonly<Record<StrokeKind, Kind>>} */
export const KINDS = Object.freeze({ space, dots, airbrush, anchored, dragDot, line });
