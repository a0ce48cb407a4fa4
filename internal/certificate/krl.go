package certificate

import (
	"bufio"
	"bytes"
	"crypto/sha1" //nolint:gosec // KRLs may name keys by it
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Revoked are keys and SSH certificates that no longer count: an OpenSSH key revocation list
// (PROTOCOL.krl), or a plain list of public keys.
type Revoked struct {
	keys         map[string]bool // wire form
	sha1, sha256 map[string]bool
	certificates []revokedOf
}

// revokedOf are certificates of one authority; authority is nil for those of any.
type revokedOf struct {
	authority []byte
	ranges    [][2]uint64
	ids       map[string]bool
}

const krlMagic = "SSHKRL\n\x00"

// ParseRevoked reads either form.
func ParseRevoked(data []byte) (Revoked, error) {
	r := Revoked{keys: map[string]bool{}, sha1: map[string]bool{}, sha256: map[string]bool{}}
	if body, binaryForm := bytes.CutPrefix(data, []byte(krlMagic)); binaryForm {
		return r, r.readKRL(body)
	}
	return r, r.readList(data)
}

func (r *Revoked) readList(data []byte) error {
	scanner := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			return fmt.Errorf("line %d is no public key, and the file no KRL", n)
		}
		r.keys[string(key.Marshal())] = true
	}
	return scanner.Err()
}

var errKRL = errors.New("the KRL can't be read to its end, so what it revokes is not known")

func (r *Revoked) readKRL(body []byte) error {
	var head struct {
		Format                    uint32
		Version, Generated, Flags uint64
		Reserved, Comment         string
		Rest                      []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(body, &head) != nil {
		return errKRL
	}
	if head.Format != 1 {
		return fmt.Errorf("the KRL is of version %d; expected 1", head.Format)
	}
	return sections(head.Rest, r.section)
}

// sections calls read with each section; an error ends it.
func sections(data []byte, read func(kind byte, content []byte) error) error {
	for len(data) > 0 {
		var s struct {
			Kind    byte
			Content []byte
			Rest    []byte `ssh:"rest"`
		}
		if ssh.Unmarshal(data, &s) != nil {
			return errKRL
		}
		if err := read(s.Kind, s.Content); err != nil {
			return err
		}
		data = s.Rest
	}
	return nil
}

func (r *Revoked) section(kind byte, content []byte) error {
	switch kind {
	case 1:
		return r.readCertificates(content)
	case 2:
		return readStrings(content, r.keys)
	case 3:
		return readStrings(content, r.sha1)
	case 5:
		return readStrings(content, r.sha256)
	case 4:
		return nil // A signature of the list itself, which OpenSSH no longer reads.
	}
	return fmt.Errorf("the KRL has a section %d, which this version can't read", kind)
}

func readStrings(data []byte, into map[string]bool) error {
	for len(data) > 0 {
		var s struct {
			Text string
			Rest []byte `ssh:"rest"`
		}
		if ssh.Unmarshal(data, &s) != nil {
			return errKRL
		}
		into[s.Text] = true
		data = s.Rest
	}
	return nil
}

func (r *Revoked) readCertificates(content []byte) error {
	var head struct {
		Authority []byte
		Reserved  string
		Rest      []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(content, &head) != nil {
		return errKRL
	}
	of := revokedOf{authority: head.Authority, ids: map[string]bool{}}
	err := sections(head.Rest, of.section)
	r.certificates = append(r.certificates, of)
	return err
}

func (r *revokedOf) section(kind byte, content []byte) error {
	switch kind {
	case 0x20:
		for ; len(content) >= 8; content = content[8:] {
			n := binary.BigEndian.Uint64(content)
			r.ranges = append(r.ranges, [2]uint64{n, n})
		}
		return nil
	case 0x21:
		if len(content) != 16 {
			return errKRL
		}
		r.ranges = append(r.ranges, [2]uint64{binary.BigEndian.Uint64(content),
			binary.BigEndian.Uint64(content[8:])})
		return nil
	case 0x22:
		return r.readBitmap(content)
	case 0x23:
		return readStrings(content, r.ids)
	}
	return fmt.Errorf("the KRL has a section %#x of certificates, which this version can't read",
		kind)
}

func (r *revokedOf) readBitmap(content []byte) error {
	var s struct {
		Offset uint64
		Bits   *big.Int
	}
	if ssh.Unmarshal(content, &s) != nil {
		return errKRL
	}
	for i := range s.Bits.BitLen() {
		if s.Bits.Bit(i) == 1 {
			n := s.Offset + uint64(i) //nolint:gosec // a count of bits
			r.ranges = append(r.ranges, [2]uint64{n, n})
		}
	}
	return nil
}

// Has reports whether the key, its SSH certificate or that one's authority is revoked.
func (r Revoked) Has(key ssh.PublicKey) bool {
	if c, certified := key.(*ssh.Certificate); certified {
		return r.hasKey(key) || r.hasKey(c.Key) || r.hasKey(c.SignatureKey) || r.hasCertificate(c)
	}
	return r.hasKey(key)
}

func (r Revoked) hasKey(key ssh.PublicKey) bool {
	wire := key.Marshal()
	old, digest := sha1.Sum(wire), sha256.Sum256(wire) //nolint:gosec // see above
	return r.keys[string(wire)] || r.sha1[string(old[:])] || r.sha256[string(digest[:])]
}

func (r Revoked) hasCertificate(c *ssh.Certificate) bool {
	for _, of := range r.certificates {
		if len(of.authority) > 0 && !bytes.Equal(of.authority, c.SignatureKey.Marshal()) {
			continue
		}
		if of.ids[c.KeyId] {
			return true
		}
		for _, n := range of.ranges {
			if n[0] <= c.Serial && c.Serial <= n[1] {
				return true
			}
		}
	}
	return false
}
