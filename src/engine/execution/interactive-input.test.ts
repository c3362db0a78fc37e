import { expect, test } from 'vitest';
import { InteractiveInput } from './interactive-input.ts';

const bytes = (text: string) => Buffer.from(text);

async function read(input: InteractiveInput): Promise<string> {
  let text = '';
  for await (const piece of input) text += Buffer.from(piece).toString();
  return text;
}

test('pieces come in their order, and a repeated one comes once', async () => {
  const input = new InteractiveInput(bytes('ab'));
  expect(await input.take(2, bytes('cd'), false)).toBe(4);
  expect(await input.take(2, bytes('cd'), false)).toBe(4);
  expect(await input.take(3, bytes('def'), true)).toBe(6);
  expect(await input.take(3, bytes('def'), true)).toBe(6);
  expect(await read(input)).toBe('abcdef');
});

test('a gap is refused with the offset that would be right', async () => {
  const input = new InteractiveInput(bytes('ab'));
  await expect(input.take(3, bytes('x'), false)).rejects.toMatchObject({
    reason: 'INPUT_REFUSED',
    metadata: { offset: '2' },
  });
});

test('nothing follows the end, whoever made it', async () => {
  const input = new InteractiveInput(bytes(''));
  await input.take(0, bytes('a'), true);
  await expect(input.take(1, bytes('b'), false)).rejects.toMatchObject({ reason: 'INPUT_REFUSED' });
  const over = new InteractiveInput(bytes(''));
  over.close();
  await expect(over.take(0, bytes('b'), false)).rejects.toMatchObject({ reason: 'INPUT_REFUSED' });
});

test('a program that does not read holds the caller back, and its end lets him go', async () => {
  const input = new InteractiveInput(bytes(''));
  let taken = 0;
  const large = Buffer.alloc(100_000);
  const first = input.take(0, large, false).then(() => {
    taken += 1;
  });
  const second = input.take(100_000, large, false).then(
    () => {},
    () => {
      taken += 10;
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(taken).toBe(0);
  input.close();
  await Promise.all([first, second]);
  expect(taken).toBe(11);
});
