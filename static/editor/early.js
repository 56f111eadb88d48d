/*
 * Runs before everything else, as a classic script: asks for the sculpture and for three.js while the modules are still on
 * their way. They are asked for again where they are needed, and are then already here.
 */
(() => {
  /** @param {string} url @param {Record<string, string>} attributes */
  const ask = (url, attributes) => {
    const link = document.createElement('link');
    link.href = url;
    for (const [name, value] of Object.entries(attributes)) link.setAttribute(name, value);
    document.head.append(link);
  };
  /** @param {string} selector */
  const read = (selector) => JSON.parse(document.querySelector(selector)?.textContent || '{}');
  const three = read('script[type="importmap"]').imports?.three;
  if (three) {
    ask(three, { rel: 'modulepreload' });
    ask(three.replace('three.module.js', 'three.core.js'), { rel: 'modulepreload' });
  }
  const { blobs, manifest } = read('#clayroom');
  for (const piece of manifest?.pieces ?? []) {
    // `crossorigin` makes it the same request as the fetch() that follows.
    for (const blob of [piece.positions, piece.triangles_blob]) ask(blobs + blob, { rel: 'preload', as: 'fetch', crossorigin: 'anonymous' });
  }
})();
