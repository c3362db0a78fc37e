import { describe, expect, test } from 'vitest';
import { ConfigError } from '../config.ts';
import { bindError, decideListening } from './listen.ts';
import { ScriptedEngine, serveScripted } from './test-support.ts';

const settings = { apiKey: undefined, tlsCertFile: undefined, tlsKeyFile: undefined, allowPlaintext: false };

describe('where it may listen', () => {
  test.each(['127.0.0.1:0', 'localhost:1', '[::1]:2', '127.9.9.9:3', 'unix:/tmp/x.sock'])(
    '%s without a key',
    (listen) => {
      const decided = decideListening({ ...settings, listen });
      expect(decided.keyIsNew).toBe(true);
      expect(decided.apiKey.length).toBeGreaterThan(30);
    },
  );

  test.each(['0.0.0.0:1', '[::]:1', 'example.com:1', '10.0.0.1:1'])('%s needs a key, then TLS', (listen) => {
    expect(() => decideListening({ ...settings, listen })).toThrow(/ISOL8_API_KEY/);
    const withKey = { ...settings, listen, apiKey: 'k'.repeat(16) };
    expect(() => decideListening(withKey)).toThrow(/ISOL8_TLS_CERT_FILE/);
    expect(decideListening({ ...withKey, allowPlaintext: true }).keyIsNew).toBe(false);
  });

  test.each([
    ['unix:/nodir/isol8.sock', '/nodir'],
    ['unix:///nodir/isol8.sock', '/nodir'],
    ['unix:/etc/passwd/isol8.sock', '/etc/passwd'],
  ])('%s needs its folder', (listen, folder) => {
    const says = `ISOL8_LISTEN: ${listen} is in ${folder}, which is not a directory: make it first`;
    expect(() => decideListening({ ...settings, listen })).toThrow(new ConfigError(says));
  });

  test('who may not bind is told what to choose', () => {
    const denied = new Error('bind EACCES');
    expect(bindError('127.0.0.1:80', denied).message).toMatch(/choose a port above 1023$/);
    expect(bindError('unix:/run/isol8.sock', denied).message).toMatch(/choose another path$/);
  });

  test('an address that is taken is one line with the remedy', async () => {
    await using first = await serveScripted(new ScriptedEngine());
    const second = serveScripted(new ScriptedEngine(), { ISOL8_LISTEN: first.server.address });
    await expect(second).rejects.toThrow(`ISOL8_LISTEN: ${first.server.address} is in use`);
  });
});
