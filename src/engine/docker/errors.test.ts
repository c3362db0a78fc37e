import { expect, test } from 'vitest';
import { dockerMessage, isConflict, isNotFound, unavailable } from './errors.ts';

const notFound = Object.assign(new Error('(HTTP code 404) no such container - No such container: x '), {
  statusCode: 404,
  json: { message: 'No such container: x' },
});

test("the daemon's own sentence is what is told", () => {
  expect(dockerMessage(notFound)).toBe('No such container: x');
  expect(dockerMessage(new Error(' socket hang up '))).toBe('socket hang up');
  expect(dockerMessage('odd')).toBe('odd');
});

test('the kind of a failure is read from its status', () => {
  expect(isNotFound(notFound)).toBe(true);
  expect(isConflict(notFound)).toBe(false);
  expect(isConflict({ statusCode: 409 })).toBe(true);
  expect(isNotFound(undefined)).toBe(false);
});

test.each([
  ['ENOENT', /^DOCKER_HOST: nothing answers at tcp:\/\/box: start Docker there, or unset DOCKER_HOST$/],
  ['EACCES', /group that owns the socket/],
  ['ABORT_ERR', /hanging/],
  ['ENOTFOUND', /no such host/],
  ['EPROTO', /broken pipe of words; correct DOCKER_HOST/],
])('%s comes with its remedy', (code, remedy) => {
  const error = Object.assign(new Error('broken pipe of words'), { code });
  expect(unavailable('tcp://box', error)).toMatchObject({
    reason: 'DOCKER_UNAVAILABLE',
    message: expect.stringMatching(remedy),
    cause: error,
  });
});

test('a Docker of this machine that is not there can be set up', () => {
  const { message } = unavailable('unix:///var/run/docker.sock', { code: 'ENOENT' });
  expect(message).toMatch(/no daemon is there; run "make setup", or start Docker$/);
});
