import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../formats/input-error.ts';

/** Where the models lie: beside the bundle's folder, or, run from source, two folders up. */
export function modelsFolder(): string {
  const beside = fileURLToPath(new URL('../models', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../models', import.meta.url));
}

/**
 * Where a model's card lies.
 * @param model the name of a model that ships, or the path of a card
 * @param shipped file names of the cards that ship, by the model's name
 */
export function cardPath(model: string, shipped: Readonly<Record<string, string>>): string {
  return Object.hasOwn(shipped, model) ? join(modelsFolder(), shipped[model]) : model;
}

/**
 * Reads a model card.
 * @param fits whether the card is for this gateway's inputs and classes
 * @throws InputError when it is missing, no card, or does not fit
 */
export async function readCard<Card>(path: string, fits: (card: Partial<Card>) => boolean): Promise<Card> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `${path}: cannot read the model card (${error.code}); give the .json file beside the model`,
    );
  });
  let card: Card | null;
  try {
    card = JSON.parse(text);
  } catch {
    throw new InputError(`${path}: not JSON; give the model card (.json), not the model (.tflite)`);
  }
  if (card === null || !fits(card)) {
    throw new InputError(
      `${path}: a card for other inputs or classes than this gateway's; train the model again with this version`,
    );
  }
  return card;
}
