import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the codec runs where there is nothing of Node', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../firmware-protocol/index.ts', import.meta.url))],
    bundle: true,
    platform: 'browser', // an import of a Node module is an error here
    format: 'iife',
    globalName: 'codec',
    write: false,
  });
  const browser = createContext({});
  runInContext(outputFiles[0].text, browser);
  const stop = 'codec.encodeRequest({ opcode: "stop", tag: 5 })';
  expect(runInContext('typeof process + typeof require', browser)).toBe('undefinedundefined');
  expect(runInContext(`JSON.stringify(codec.decodeRequest(${stop}))`, browser)).toBe(
    '{"ok":true,"value":{"opcode":"stop","tag":5}}',
  );
});
