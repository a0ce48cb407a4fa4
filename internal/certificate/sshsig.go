package certificate

import (
	"bytes"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// The signatures are SSHSIG (OpenSSH's PROTOCOL.sshsig): `ssh-keygen -Y verify` checks them alone.

const (
	sigMagic   = "SSHSIG"
	sigVersion = 1
	sigHash    = "sha512"
	pemType    = "SSH SIGNATURE"
)

// sigBlob is what stands between the armour's lines, after the magic.
type sigBlob struct {
	Version   uint32
	PublicKey []byte
	Namespace string
	Reserved  string
	Hash      string
	Signature []byte
}

// signedBlob is what is signed, after the magic.
type signedBlob struct {
	Namespace, Reserved, Hash string
	Digest                    []byte
}

func toBeSigned(namespace string, message []byte) []byte {
	digest := sha512.Sum512(message)
	return append([]byte(sigMagic), ssh.Marshal(signedBlob{namespace, "", sigHash, digest[:]})...)
}

// Sign returns the armoured signature of the message.
func Sign(key ssh.Signer, namespace string, message []byte) ([]byte, error) {
	signature, err := key.Sign(rand.Reader, toBeSigned(namespace, message))
	if err != nil {
		return nil, fmt.Errorf("the key does not sign: %w", err)
	}
	blob := append([]byte(sigMagic), ssh.Marshal(sigBlob{
		Version: sigVersion, PublicKey: key.PublicKey().Marshal(), Namespace: namespace,
		Hash:      sigHash,
		Signature: ssh.Marshal(signature),
	})...)
	return armour(blob), nil
}

// armour has lines of 70 columns, as ssh-keygen's.
func armour(blob []byte) []byte {
	text := base64.StdEncoding.EncodeToString(blob)
	var b bytes.Buffer
	b.WriteString("-----BEGIN " + pemType + "-----\n")
	for len(text) > 70 {
		b.WriteString(text[:70] + "\n")
		text = text[70:]
	}
	b.WriteString(text + "\n-----END " + pemType + "-----\n")
	return b.Bytes()
}

// checkSignature returns the key that has signed the message in the namespace. Whether anybody
// vouches for the key is the business of [Signers].
func checkSignature(armoured []byte, namespace string, message []byte) (ssh.PublicKey, error) {
	block, rest := pem.Decode(armoured)
	if block == nil || block.Type != pemType || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("it is no SSH signature")
	}
	body, ours := bytes.CutPrefix(block.Bytes, []byte(sigMagic))
	var blob sigBlob
	if !ours || ssh.Unmarshal(body, &blob) != nil {
		return nil, errors.New("it is no SSH signature")
	}
	switch {
	case blob.Version != sigVersion:
		return nil, fmt.Errorf("it is an SSH signature of version %d; expected %d", blob.Version,
			sigVersion)
	case blob.Namespace != namespace:
		return nil, fmt.Errorf("it was made for the namespace %q; expected %q", blob.Namespace,
			namespace)
	case blob.Hash != sigHash || blob.Reserved != "":
		return nil, fmt.Errorf("it has the hash %q; expected %s", blob.Hash, sigHash)
	}
	return verifyBlob(blob, namespace, message)
}

func verifyBlob(blob sigBlob, namespace string, message []byte) (ssh.PublicKey, error) {
	key, err := ssh.ParsePublicKey(blob.PublicKey)
	if err != nil {
		return nil, errors.New("its public key can't be read")
	}
	if plain := plainKey(key); plain.Type() != ssh.KeyAlgoED25519 {
		return nil, fmt.Errorf("its key is of type %s; expected %s", plain.Type(),
			ssh.KeyAlgoED25519)
	}
	var signature ssh.Signature
	if ssh.Unmarshal(blob.Signature, &signature) != nil ||
		key.Verify(toBeSigned(namespace, message), &signature) != nil {
		return nil,
			errors.New("it is not of this content: the file was changed, or the signature belongs to another")
	}
	return key, nil
}

// plainKey is the key itself, also of an SSH certificate.
func plainKey(key ssh.PublicKey) ssh.PublicKey {
	if c, ok := key.(*ssh.Certificate); ok {
		return c.Key
	}
	return key
}
