import { mean } from '../dsp/mean.ts';
import type { Explanation, Wave } from './explanation.ts';
import type { Method, WindowExplanation } from './window-explanation.ts';

const METHOD_NAMES: Record<Method, string> = {
  'grad-cam': 'Grad-CAM',
  'hires-cam': 'HiResCAM',
  'deletion-mask': 'deletion mask',
  gradient: 'gradient times input',
};
const WAVE_NAMES: Record<Wave, string> = { P: 'P zones', QRS: 'QRS', 'ST-T': 'ST-T', baseline: 'baseline' };

/** What a rhythm model says of a window, and where its evidence lies, in one sentence. */
export function windowInWords(
  model: string,
  explained: WindowExplanation,
  waves: Explanation['waves'],
): string {
  const { class: name, probability, method, mask } = explained;
  const said = (Object.entries(waves) as [Wave, number][])
    .sort((a, b) => b[1] - a[1])
    .filter(([, share]) => share >= 0.05)
    .map(([wave, share]) => `${Math.round(100 * share)} % ${WAVE_NAMES[wave]}`);
  const where =
    said.length > 0 ? `relevance (${METHOD_NAMES[method]}) lies ${said.join(', ')}` : 'no relevance';
  return `${model.toUpperCase()}: ${name} ${probability.toFixed(2)}; ${where}${mask ? `; ${maskWords(name, mask)}` : ''}`;
}

function maskWords(
  name: string,
  { before, after, deleted, converged, rounds }: NonNullable<WindowExplanation['mask']>,
): string {
  const ending = converged ? '' : `; it had not converged after ${rounds} rounds`;
  return `deleting ${Math.round(100 * mean(deleted))} % of the two seconds takes ${name} from ${before.toFixed(2)} to ${after.toFixed(2)}${ending}`;
}
