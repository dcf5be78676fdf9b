import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ServiceManager } from '../../src/cli/service-manager.ts';

const EVERY_MS = 30_000;

describe('the service manager', () => {
  let told: string[];
  let service: ServiceManager;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
    told = [];
    service = new ServiceManager((message) => told.push(message), EVERY_MS);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('hears that the gateway is ready, and then that it is alive', () => {
    vi.advanceTimersByTime(EVERY_MS);
    expect(told).toEqual([]);
    service.ready();
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect(told).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    service.stop();
    vi.advanceTimersByTime(EVERY_MS);
    expect(told.length).toBe(3);
  });

  test('hears nothing while one pipe gives nothing of what it was given, and again when it does', () => {
    service.ready();
    for (let second = 0; second < 90; second++) {
      service.entered('left');
      service.entered('right');
      service.left('right');
      vi.advanceTimersByTime(1_000);
    }
    expect(told).toEqual(['READY=1']);
    service.left('left');
    vi.advanceTimersByTime(EVERY_MS);
    expect(told).toEqual(['READY=1', 'WATCHDOG=1']);
  });

  test('does not take it for death that nothing comes: a sensor that is away is waited for', () => {
    service.ready();
    service.entered('left');
    service.left('left');
    vi.advanceTimersByTime(10 * EVERY_MS);
    expect(told.length).toBe(11);
  });
});
