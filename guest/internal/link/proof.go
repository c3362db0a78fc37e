package link

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
)

const (
	// KeySize is the size of the key that later links are proved by.
	KeySize = 32
	nonce   = 32

	hostRole  = "isol8 link host"
	guestRole = "isol8 link guest"
)

var errProof = errors.New("the other end does not know the key")

// proveGuest is the guest's part: each end answers the other's random bytes with what only the key's owner can.
func proveGuest(with io.ReadWriter, key []byte) error {
	var ours [nonce]byte
	_, _ = rand.Read(ours[:])
	if _, err := with.Write(ours[:]); err != nil {
		return err
	}
	var answer [nonce + sha256.Size]byte
	if _, err := io.ReadFull(with, answer[:]); err != nil {
		return err
	}
	theirs, proof := answer[:nonce], answer[nonce:]
	if !hmac.Equal(proof, prove(key, hostRole, ours[:], theirs)) {
		return errProof
	}
	_, err := with.Write(prove(key, guestRole, ours[:], theirs))
	return err
}

// ProveHost is the host's part.
func ProveHost(with io.ReadWriter, key []byte) error {
	var theirs, ours [nonce]byte
	if _, err := io.ReadFull(with, theirs[:]); err != nil {
		return err
	}
	_, _ = rand.Read(ours[:])
	if _, err := with.Write(append(ours[:], prove(key, hostRole, theirs[:], ours[:])...)); err != nil {
		return err
	}
	var proof [sha256.Size]byte
	if _, err := io.ReadFull(with, proof[:]); err != nil {
		return err
	}
	if !hmac.Equal(proof[:], prove(key, guestRole, theirs[:], ours[:])) {
		return errProof
	}
	return nil
}

func prove(key []byte, role string, guest, host []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(role))
	mac.Write(guest)
	mac.Write(host)
	return mac.Sum(nil)
}
