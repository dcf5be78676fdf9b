import { traceStyle } from './ecg-trace.ts';
import { evidenceStyle } from './evidence-bars.ts';
import { PAGE_INKS } from './inks.ts';
import { text } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import { ON_DARK, ON_LIGHT, relevanceStyle } from './relevance-colours.ts';

/**
 * One page of HTML that needs nothing else: no script, no network, light and dark, for phone and paper.
 * @param body markup
 * @param style CSS for what only this page has
 */
export function htmlPage(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${text(title)}</title>
<style>
${pageStyle()}
${style}
</style>
</head>
<body>
${body}
</body>
</html>
`;
}

function pageStyle(): string {
  return [
    PAGE_STYLE,
    traceStyle(PAGE_INKS),
    evidenceStyle(PAGE_INKS),
    `${relevanceStyle(ON_LIGHT)}${ramp(ON_LIGHT)}`,
    `@media screen and (prefers-color-scheme:dark){${relevanceStyle(ON_DARK)}${ramp(ON_DARK)}}`,
  ].join('\n');
}

/** The key of the relevance colours, which is nothing but a gradient. */
function ramp(colours: typeof ON_LIGHT): string {
  return `.ramp{background:linear-gradient(90deg,${colours.map((colour) => `rgb(${colour.join(' ')})`).join(',')})}`;
}
