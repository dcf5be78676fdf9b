import fc from 'fast-check';
import { expect, test } from 'vitest';
import { confirmer } from '../../src/beats/qrs-confirmer.ts';
import { INPUTS } from '../../src/beats/qrs-memory.ts';

const numbers = (length: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });

const networks = fc.integer({ min: 1, max: 9 }).chain((units) =>
  fc.record({
    hidden: numbers(INPUTS * units),
    biases: numbers(units),
    output: numbers(units),
    bias: fc.double({ min: -2, max: 2, noNaN: true }),
  }),
);

test('any number of hidden units gives the log odds of the plain formula', () => {
  fc.assert(
    fc.property(networks, numbers(INPUTS), (weights, inputs) => {
      const units = weights.biases.map((bias, unit) =>
        inputs.reduce((sum, x, i) => sum + weights.hidden[i * weights.biases.length + unit] * x, bias),
      );
      const expected = units.reduce(
        (sum, unit, h) => sum + weights.output[h] * Math.max(0, unit),
        weights.bias,
      );
      expect(confirmer(weights)(Float64Array.from(inputs))).toBeCloseTo(expected, 9);
    }),
  );
});
