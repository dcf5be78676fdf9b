#!/usr/bin/env node
import { report } from './failure.ts';
import { run } from './run.ts';

// What escapes from a timer or a callback is still a sentence, not a stack trace.
process.on('uncaughtException', (error) => process.exit(report(error)));
process.exitCode = await run(process.argv.slice(2));
