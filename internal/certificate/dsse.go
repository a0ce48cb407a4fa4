package certificate

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/crypto/ssh"
)

const (
	payloadType = "application/vnd.in-toto+json"
	bundleType  = "application/vnd.dev.sigstore.bundle.v0.3+json"
)

// sigstoreBundle is a Sigstore bundle v0.3 with the signature of a key of one's own: no log, no
// authority.
type sigstoreBundle struct {
	MediaType            string   `json:"mediaType"`
	VerificationMaterial material `json:"verificationMaterial"`
	Envelope             envelope `json:"dsseEnvelope"`
}

type material struct {
	PublicKey struct {
		Hint string `json:"hint"`
	} `json:"publicKey"`
}

// envelope is a DSSE envelope.
type envelope struct {
	Payload     []byte          `json:"payload"`
	PayloadType string          `json:"payloadType"`
	Signatures  []dsseSignature `json:"signatures"`
}

type dsseSignature struct {
	Sig []byte `json:"sig"`
}

// PAE is what a DSSE signature is made of (DSSE v1.0.2, section "Signature Definition").
func PAE(payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload),
		payload)
}

// signBundle returns the statement in a bundle.
func signBundle(key ssh.Signer, statement []byte) ([]byte, error) {
	signature, err := key.Sign(rand.Reader, PAE(statement))
	if err != nil {
		return nil, fmt.Errorf("the key does not sign: %w", err)
	}
	b := sigstoreBundle{MediaType: bundleType, Envelope: envelope{
		Payload: statement, PayloadType: payloadType, Signatures: []dsseSignature{{signature.Blob}},
	}}
	if b.VerificationMaterial.PublicKey.Hint, err = hint(key.PublicKey()); err != nil {
		return nil, err
	}
	text, err := json.Marshal(b, jsontext.Multiline(true), jsontext.WithIndent(" "))
	return append(text, '\n'), err
}

// hint is the SHA-256 of the public key's DER, as cosign makes it.
func hint(key ssh.PublicKey) (string, error) {
	raw, err := rawKey(key)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(raw)
	digest := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(digest[:]), err
}

func rawKey(key ssh.PublicKey) (ed25519.PublicKey, error) {
	// A key of the agent's is known by its wire form only.
	parsed, err := ssh.ParsePublicKey(plainKey(key).Marshal())
	if err != nil {
		return nil, err
	}
	if crypto, ok := parsed.(ssh.CryptoPublicKey); ok {
		if raw, ok := crypto.CryptoPublicKey().(ed25519.PublicKey); ok {
			return raw, nil
		}
	}
	return nil, errors.New("the key is no Ed25519 key")
}

// checkBundle says why the bundle is not the statement signed by the key.
func checkBundle(text, statement []byte, key ssh.PublicKey) error {
	var b sigstoreBundle
	if err := json.Unmarshal(text, &b, json.RejectUnknownMembers(true)); err != nil {
		return errors.New("it is no Sigstore bundle as certify writes it")
	}
	raw, err := rawKey(key)
	switch {
	case err != nil:
		return err
	case b.MediaType != bundleType || b.Envelope.PayloadType != payloadType:
		return fmt.Errorf("it is of the type %q; expected %s", b.MediaType, bundleType)
	case !bytes.Equal(b.Envelope.Payload, statement):
		return errors.New("it holds another statement than " + FileName)
	case len(b.Envelope.Signatures) != 1 ||
		!ed25519.Verify(raw, PAE(statement), b.Envelope.Signatures[0].Sig):
		return errors.New("its signature is not of this statement by the key that signed " +
			FileName)
	}
	return nil
}
