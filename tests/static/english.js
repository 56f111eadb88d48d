/** Imported for its effect: English, as a page of the editor has it. */

import { readFileSync, readdirSync } from 'node:fs';
import { useWords } from '../../static/words/words.js';

/** @param {string} language @returns {Record<string, string | Record<string, string>>} by `area.key` */
export function textsOf(language) {
  const folder = new URL(`../../static/locales/${language}/`, import.meta.url);
  return Object.fromEntries(readdirSync(folder).flatMap((file) => {
    const texts = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    return Object.entries(texts).map(([key, text]) => [`${file.replace('.json', '')}.${key}`, text]);
  }));
}

useWords({ language: 'en', texts: textsOf('en') });
