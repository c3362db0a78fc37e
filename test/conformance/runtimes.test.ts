import { startTestServer } from '../support/server.ts';
import { everyRuntime } from './runtime-suite.ts';

everyRuntime(startTestServer);
