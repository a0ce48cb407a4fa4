package certificate

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Agent is what stands in a key's place for the one Ed25519 key of the SSH agent.
const Agent = "agent"

// OpenKey returns the Ed25519 key in an OpenSSH private key file, of the SSH certificate in a file
// KEY-cert.pub beside its key, or in the agent. passphrase is asked for where the file is
// encrypted.
func OpenKey(name string, passphrase func() ([]byte, error)) (ssh.Signer, error) {
	if name == Agent {
		return agentKey(os.Getenv("SSH_AUTH_SOCK"))
	}
	private, certified := strings.CutSuffix(name, "-cert.pub")
	key, err := fileKey(private, passphrase)
	if err != nil || !certified {
		return key, err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(text)
	c, ok := public.(*ssh.Certificate)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s: expected an SSH certificate", name)
	}
	return ssh.NewCertSigner(c, key)
}

func fileKey(name string, passphrase func() ([]byte, error)) (ssh.Signer, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParsePrivateKey(text)
	var encrypted *ssh.PassphraseMissingError
	if errors.As(err, &encrypted) {
		secret, asked := passphrase()
		if asked != nil {
			return nil, fmt.Errorf("%s is encrypted: %w", name, asked)
		}
		key, err = ssh.ParsePrivateKeyWithPassphrase(text, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: expected an OpenSSH private key, made by ssh-keygen -t ed25519",
			name)
	}
	return ed25519Only(name, key)
}

func ed25519Only(name string, key ssh.Signer) (ssh.Signer, error) {
	if plainKey(key.PublicKey()).Type() != ssh.KeyAlgoED25519 {
		return nil, fmt.Errorf("%s: the key is of type %s; expected %s", name,
			key.PublicKey().Type(), ssh.KeyAlgoED25519)
	}
	return key, nil
}

func agentKey(socket string) (ssh.Signer, error) {
	if socket == "" {
		return nil, errors.New("SSH_AUTH_SOCK is not set: there is no SSH agent")
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("the SSH agent does not respond: %w", err)
	}
	keys, err := agent.NewClient(conn).Signers()
	if err != nil {
		return nil, fmt.Errorf("the SSH agent lists no keys: %w", err)
	}
	var usable []ssh.Signer
	for _, key := range keys {
		if key.PublicKey().Type() == ssh.KeyAlgoED25519 {
			usable = append(usable, key)
		}
	}
	if len(usable) != 1 {
		return nil, fmt.Errorf("the SSH agent has %d Ed25519 keys; expected one", len(usable))
	}
	return usable[0], nil // The connection lives as long as the process, which signs twice.
}
