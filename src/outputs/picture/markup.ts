type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element of SVG or HTML as text. Attributes are escaped; children are markup already: see `text`. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : text(value as string)}"`)
    .join('');
  const inside = children.join('');
  return inside === '' && !HTML_PAIRS.has(name)
    ? `<${name}${written}/>`
    : `<${name}${written}>${inside}</${name}>`;
}

/** Elements that HTML does not let close themselves. */
const HTML_PAIRS: ReadonlySet<string> = new Set([
  'div',
  'span',
  'p',
  'td',
  'th',
  'i',
  'style',
  'title',
  'text',
]);

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as markup shows it. */
export function text(plain: string): string {
  return plain.replace(/[&<>"]/g, (character) => ESCAPES[character]);
}

/** A coordinate, to a tenth of a unit: what is finer only makes files longer. */
export function short(value: number): string {
  return String(Math.round(10 * value) / 10);
}
