// Package version says which guest this is.
package version

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"
)

// Guest is the version for people. The digest is what tells two builds apart.
const Guest = "0.1.0"

// Protocols are the versions of the guest protocol spoken here, newest first.
var Protocols = []int32{1}

// Digest is the SHA-256 of the running binary in lower-case hex, computed once.
var Digest = sync.OnceValues(func() (string, error) {
	binary, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", err
	}
	defer binary.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, binary); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
})

// Describe is one line: version, protocol and digest.
func Describe() string {
	digest, err := Digest()
	if err != nil {
		digest = "unknown"
	}
	return fmt.Sprintf("isol8-guest %s protocol %d sha256:%s", Guest, Protocols[0], digest)
}
