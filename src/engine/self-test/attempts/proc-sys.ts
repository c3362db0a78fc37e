import { about } from '../attempt.ts';

/** The kernel's own files. */
export const PROC_AND_SYS = about('proc and sys', [
  {
    name: 'core-pattern',
    tries: 'names programs that the kernel starts on the host, when something crashes for one',
    program: `
for name in ('core_pattern', 'modprobe', 'hotplug', 'poweroff_cmd'):
    def written():
        # What is there already: nothing changes where it works.
        with open('/proc/sys/kernel/' + name, 'r+') as file:
            old = file.read(); file.seek(0); file.write(old)
        return 'written'
    attempt(name, written)`,
  },
  {
    name: 'kernel-settings',
    tries: 'opens every setting below /proc/sys for writing',
    program: `
# Without writing to it: some settings change others even where they keep their own value.
def opens(path):
    os.close(os.open(path, os.O_WRONLY))
    return True
tried, found = writable('/proc/sys', opens)
control('to find settings', lambda: tried > 100)
attempt(f'open one of {tried}', lambda: ' '.join(found[:5]))`,
  },
  {
    name: 'sys-files',
    tries: 'opens every file of /sys for writing',
    program: `
def opens(path):
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    return True
tried, found = writable('/sys', opens)
control('to find files', lambda: tried > 100)
attempt(f'open one of {tried}', lambda: ' '.join(found[:5]))`,
  },
  {
    name: 'sysrq',
    tries: 'gives the kernel a command through /proc/sysrq-trigger',
    program: `
def triggered():
    # Only a line of help in the kernel's log.
    with open('/proc/sysrq-trigger', 'w') as file: file.write('h')
    return 'the kernel took it'
attempt('sysrq-trigger', triggered)`,
  },
  {
    name: 'hidden-files',
    tries: 'reads what shows the memory, keys, timers and hardware of the host',
    program: `
for path in ('/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/sched_debug', '/proc/latency_stats', '/proc/kpagecount',
             '/proc/kpageflags', '/proc/vmallocinfo', '/proc/slabinfo', '/proc/1/pagemap'):
    attempt(path, lambda: len(open(path, 'rb').read(64)))
for path in ('/sys/firmware', '/proc/acpi', '/proc/scsi', '/proc/asound', '/sys/devices/virtual/powercap', '/sys/kernel/debug', '/sys/kernel/tracing'):
    attempt(path, lambda: ' '.join(os.listdir(path)))`,
  },
  {
    name: 'kernel-log',
    tries: 'reads the log of the kernel',
    program: `
buffer = ctypes.create_string_buffer(4096)
attempt('syslog', lambda: syscall('syslog', 3, buffer, 4096) > 0 and 'it reads lines of it')
attempt('/dev/kmsg', lambda: os.read(os.open('/dev/kmsg', os.O_RDONLY | os.O_NONBLOCK), 64))
attempt('/proc/kmsg', lambda: os.read(os.open('/proc/kmsg', os.O_RDONLY | os.O_NONBLOCK), 64))`,
  },
  {
    name: 'process-files',
    tries: 'makes itself safer from the memory killer than others, and changes its maps and label',
    program: `
lowest = int(open('/proc/self/oom_score_adj').read())
def lowered():
    with open('/proc/self/oom_score_adj', 'w') as file: file.write(str(max(-1000, lowest - 1000)))
    return int(open('/proc/self/oom_score_adj').read()) < lowest and 'lower than it began'
attempt('oom_score_adj', lambda: in_child(lowered))
for name, text in (('uid_map', '0 0 1'), ('gid_map', '0 0 1'), ('projid_map', '0 0 1'), ('attr/current', 'unconfined'), ('attr/exec', 'unconfined')):
    def written():
        with open('/proc/self/' + name, 'w') as file: file.write(text)
        return f'wrote {text}'
    attempt(name, lambda: in_child(written))`,
  },
  {
    name: 'audit-login',
    tries: 'chooses the user whom the host’s audit log names for what it does',
    knownLimit:
      'a process that has no login id may take any, once: the host’s audit log is no proof of who did something (SECURITY.md)',
    program: `
def chosen():
    with open('/proc/self/loginuid', 'w') as file: file.write('0')
    return open('/proc/self/loginuid').read() == '0' and 'its login is that of root'
attempt('loginuid', lambda: in_child(chosen))`,
  },
]);
