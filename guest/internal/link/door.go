package link

import (
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// socketName is where the bridge finds the guest. It is in no file system: nobody can remove it and take its place.
	socketName = "@isol8-link"
	// BridgeUID is the user and group of the bridge, whom the code can neither signal nor trace.
	BridgeUID = 999
	// maxUnproven is how many may be about to prove themselves at once, and proofTime how long that may take.
	maxUnproven = 4
	proofTime   = 5 * time.Second
	backlog     = 128
	// acceptAgain is how long a guest waits that could not accept.
	acceptAgain = 10 * time.Millisecond
)

// Door is where later links come in.
type Door struct {
	fd  int
	err error

	mu sync.Mutex
	// unproven are those that have not proved themselves yet, the oldest first.
	unproven []*net.UnixConn
}

// Bind takes the address, before any code can. Nobody can connect before Open.
func Bind() *Door {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrUnix{Name: socketName})
	}
	return &Door{fd: fd, err: err}
}

// Open lets in who proves to know the key. It is called once.
func (d *Door) Open(key []byte, proven func(net.Conn)) error {
	err := d.err
	if err == nil {
		err = unix.Listen(d.fd, backlog)
	}
	if err != nil {
		return fmt.Errorf("later links: %w", err)
	}
	file := os.NewFile(uintptr(d.fd), "door")
	defer file.Close()
	listener, err := net.FileListener(file)
	if err != nil {
		return fmt.Errorf("later links: %w", err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				time.Sleep(acceptAgain)
				continue
			}
			d.admit(conn.(*net.UnixConn), key, proven)
		}
	}()
	return nil
}

// admit begins the proof of whoever may be the bridge.
func (d *Door) admit(conn *net.UnixConn, key []byte, proven func(net.Conn)) {
	// Root is the guest itself: an older gVisor tells everybody their own user in place of the other's.
	if uid, err := peer(conn); err != nil || uid != BridgeUID && uid != 0 {
		_ = conn.Close()
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.unproven) == maxUnproven {
		// Whoever only waits makes room for who may be the bridge.
		_ = d.unproven[0].Close()
		d.unproven = d.unproven[1:]
	}
	d.unproven = append(d.unproven, conn)
	go func() {
		_ = conn.SetDeadline(time.Now().Add(proofTime))
		err := proveGuest(conn, key)
		_ = conn.SetDeadline(time.Time{})
		if !d.leave(conn) || err != nil {
			_ = conn.Close()
			return
		}
		proven(conn)
	}()
}

// leave takes a connection out of those that are unproven, and tells whether it was there.
func (d *Door) leave(conn *net.UnixConn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, one := range d.unproven {
		if one == conn {
			d.unproven = append(d.unproven[:i:i], d.unproven[i+1:]...)
			return true
		}
	}
	return false
}

// peer is who is at the other end.
func peer(conn *net.UnixConn) (uid uint32, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var credential *unix.Ucred
	if failed := raw.Control(func(fd uintptr) {
		credential, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); failed != nil || err != nil {
		return 0, fmt.Errorf("peer: %w %w", failed, err)
	}
	return credential.Uid, nil
}
