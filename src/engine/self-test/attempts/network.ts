import { about } from '../attempt.ts';

const CONNECTS = `
def connects(address, port, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, kind) as one:
        one.settimeout(1)
        one.connect((address, port))
        if kind == socket.SOCK_DGRAM: one.send(b'x')
        return f'reached {address} port {port}'
def connects_to_its_own():
    with socket.create_server(('127.0.0.1', 0)) as own: return connects('127.0.0.1', own.getsockname()[1])
control('a connection to itself', connects_to_its_own)
`;

/** Anything beyond the sandbox that a packet could go to. */
export const NETWORK = about('network', [
  {
    name: 'raw-sockets',
    tries: 'makes sockets whose packets it could write itself',
    program: `
for family in (socket.AF_INET, socket.AF_INET6):
    for protocol in (1, 6, 17, 58, 255):
        both(f'{family.name} {protocol}', NEWNET, lambda: socket.socket(family, socket.SOCK_RAW, protocol) and 'made')`,
  },
  {
    name: 'packet-sockets',
    tries: 'listens to, and writes, packets of every interface',
    program: `
for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
    both(f'{kind.name}', NEWNET, lambda: socket.socket(socket.AF_PACKET, kind, 0x300) and 'made')`,
  },
  {
    name: 'other-socket-families',
    tries: 'makes a socket of every family but those that programs need',
    program: `
NEEDED = (1, 2, 10, 16)
for family in range(46):
    if family in NEEDED: continue
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        attempt(f'family {family}', lambda: socket.socket(family, kind) and 'made')
control('a family that is needed', lambda: socket.socket(socket.AF_UNIX))`,
  },
  {
    name: 'interfaces',
    tries: 'finds an interface beside its loopback, or gives itself an address',
    program: `
import fcntl, struct
names = [name for _, name in socket.if_nameindex()]
# What the kernel puts into every namespace, and what has no way out.
fallback = ('lo', 'tunl0', 'gre0', 'gretap0', 'erspan0', 'sit0', 'ip_vti0', 'ip6_vti0', 'ip6tnl0', 'ip6gre0')
attempt('others than the loopback', lambda: ' '.join(name for name in names if name not in fallback))
attempt('routes', lambda: [line for line in open('/proc/net/route').read().splitlines()[1:]])
def addressed():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        address = struct.pack('16sH2x4s8x', b'lo:9', socket.AF_INET, socket.inet_aton('10.99.99.9'))
        fcntl.ioctl(one, 0x8916, address)
        with socket.create_server(('10.99.99.9', 0)): pass
        # Down, the additional address is gone.
        fcntl.ioctl(one, 0x8914, struct.pack('16sH14x', b'lo:9', 0))
    return 'it listened on 10.99.99.9'
attempt('an address', addressed)
def set():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        # As they are: nothing changes where it works.
        flags = fcntl.ioctl(one, 0x8913, struct.pack('16sH14x', b'lo', 0))
        fcntl.ioctl(one, 0x8914, flags)
    return 'it may set them'
attempt('the flags of an interface', set)`,
  },
  {
    name: 'internet',
    tries: 'reaches public addresses by TCP, UDP and ICMP',
    program: `${CONNECTS}
for address in ('1.1.1.1', '8.8.8.8', '2606:4700:4700::1111'):
    for port in (53, 80, 443): attempt(f'{address} {port}', lambda: connects(address, port))
    attempt(f'{address} by UDP', lambda: connects(address, 53, socket.SOCK_DGRAM))
    def pinged():
        version, protocol = (socket.AF_INET6, 58) if ':' in address else (socket.AF_INET, 1)
        with socket.socket(version, socket.SOCK_DGRAM, protocol) as one: return one.sendto(b'\\x08\\0\\0\\0\\0\\0\\0\\0', (address, 0)) > 0
    attempt(f'{address} by ICMP', pinged)`,
  },
  {
    name: 'names',
    tries: 'has names resolved: public ones, the host’s and the metadata service’s',
    program: `
for name in ('example.com', 'host.docker.internal', 'gateway.docker.internal', 'metadata.google.internal', 'kubernetes.default.svc'):
    attempt(name, lambda: socket.getaddrinfo(name, 80)[0][4][0])
control('a name of its own', lambda: socket.getaddrinfo('localhost', 80))`,
  },
  {
    name: 'metadata-services',
    tries: 'asks the metadata services of clouds for credentials',
    program: `${CONNECTS}
for address in ('169.254.169.254', '169.254.170.2', '169.254.170.23', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254'):
    attempt(address, lambda: connects(address, 80))`,
  },
  {
    name: 'private-networks',
    tries: 'reaches the gateways of Docker and of usual private networks',
    program: `${CONNECTS}
for address in ('172.17.0.1', '172.18.0.1', '10.0.0.1', '10.0.2.2', '192.168.0.1', '192.168.1.1', '192.168.65.1', '192.168.65.254', 'fe80::1'):
    for port in (22, 80, 2375, 2376, 50051): attempt(f'{address} {port}', lambda: connects(address, port))`,
  },
  {
    name: 'broadcasts',
    tries: 'calls whoever is near by broadcast and multicast',
    program: `
for address in ('255.255.255.255', '172.17.255.255', '224.0.0.1', '224.0.0.251'):
    def sent():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            return one.sendto(b'x', (address, 5353)) > 0 and 'sent'
    attempt(address, sent)`,
  },
]);
