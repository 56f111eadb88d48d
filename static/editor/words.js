/** The texts of the editor: those of `static/words`, which the other layers share. */

export { currentLanguage, hasText, t } from '../words/words.js';
