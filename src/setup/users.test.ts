import { expect, test } from 'vitest';
import { sandboxUsers } from './users.ts';

test('every uid of the range, and no other, is called sandbox', () => {
  const { passwd, group } = sandboxUsers(30_000, 30_002);
  expect(passwd).toBe(
    'sandbox:x:30000:30000:sandbox:/sandbox:/bin/bash\n' +
      'sandbox:x:30001:30001:sandbox:/sandbox:/bin/bash\n' +
      'sandbox:x:30002:30002:sandbox:/sandbox:/bin/bash\n',
  );
  expect(group).toBe('sandbox:x:30000:\nsandbox:x:30001:\nsandbox:x:30002:\n');
});
