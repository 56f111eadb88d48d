import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentLanguage, hasText, t, useWords } from '../../../static/words/words.js';

useWords({
  language: 'de',
  texts: { 'a.plain': 'Hallo', 'a.to': '{name} ist da: {count}', 'a.strokes': { one: '{count} Strich', other: '{count} Striche' } },
});

test('values take their places, numbers as they are written there', () => {
  // A value is text: what looks like a place in it stays what it is.
  assert.equal(t('a.plain'), 'Hallo');
  assert.equal(t('a.to', { name: '{count}', count: 12345 }), '{count} ist da: 12.345');
});

test('the form is that of the count', () => {
  // 0 is many in German.
  assert.deepEqual([0, 1, 2].map((count) => t('a.strokes', { count })), ['0 Striche', '1 Strich', '2 Striche']);
});

test('what is missing is shown, never thrown', () => {
  // A word too few must not stop a stroke.
  assert.equal(t('a.nothing'), 'a.nothing');
  assert.equal(t('a.to', { name: 'Mira' }), 'Mira ist da: {count}');
  assert.deepEqual([hasText('a.plain'), hasText('a.nothing'), currentLanguage()], [true, false, 'de']);
});
