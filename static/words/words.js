/**
 * The texts that people see, in the page's language. The server puts them into `<script id="words">`: its module
 * `handlers/words.py` says what the files are like, and `t` here does what `t` does there.
 */

/** @typedef {string | Record<string, string>} Text a text, or its plural forms by CLDR category */

let language = 'en';
/** @type {Record<string, Text>} */
let texts = {};
let plurals = new Intl.PluralRules(language);
let numbers = new Intl.NumberFormat(language);

/** Takes other texts: those of the page, or of a test. @param {{language: string, texts: Record<string, Text>}} words */
export function useWords(words) {
  ({ language, texts } = words);
  plurals = new Intl.PluralRules(language);
  numbers = new Intl.NumberFormat(language);
}

/** The page's language, as in `<html lang>`. */
export function currentLanguage() {
  return language;
}

/**
 * The text `area.key` with its values; of several forms that of `values.count`.
 * A text that is missing is shown as its key: a word too few must not stop anybody's work.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) return key;
  const form = typeof text === 'string' ? text : text[plurals.select(Number(values.count))] ?? text.other;
  return form.replace(/\{(\w+)\}/g, (place, name) => {
    const value = values[name];
    return value === undefined ? place : typeof value === 'number' ? numbers.format(value) : value;
  });
}

/** Whether there is such a text. @param {string} key */
export function hasText(key) {
  return key in texts;
}

const given = globalThis.document?.querySelector('#words')?.textContent;
if (given) useWords(JSON.parse(given));
