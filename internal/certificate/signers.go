package certificate

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// Signers are the lines of an allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS): the only keys
// that are trusted, for what and when.
type Signers struct{ lines []signer }

type signer struct {
	principals    []string
	authority     bool
	namespaces    []string
	after, before time.Time
	key           ssh.PublicKey
}

// ParseSigners reads an allowed_signers file. The error names the line.
func ParseSigners(text []byte) (Signers, error) {
	var s Signers
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		one, err := parseSigner(line)
		if err != nil {
			return Signers{}, fmt.Errorf("line %d: %w", n, err)
		}
		s.lines = append(s.lines, one)
	}
	if err := scanner.Err(); err != nil {
		return Signers{}, err
	}
	if len(s.lines) == 0 {
		return Signers{},
			errors.New("it allows no signer; expected lines such as: acme@example.com ssh-ed25519 AAAA…")
	}
	return s, nil
}

func parseSigner(line string) (signer, error) {
	principals, rest, _ := strings.Cut(line, " ")
	s := signer{principals: strings.Split(strings.Trim(principals, `"`), ",")}
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(rest))
	if err != nil {
		return s, errors.New("expected principals, options and a public key")
	}
	s.key = key
	for _, option := range options {
		if err := s.set(option); err != nil {
			return s, err
		}
	}
	return s, nil
}

// set reads one option. An unknown one is an error: it may restrict the key.
func (s *signer) set(option string) (err error) {
	name, value, _ := strings.Cut(option, "=")
	value = strings.Trim(value, `"`)
	switch strings.ToLower(name) {
	case "cert-authority":
		s.authority = true
	case "namespaces":
		s.namespaces = strings.Split(value, ",")
	case "valid-after":
		s.after, err = sshTime(value)
	case "valid-before":
		s.before, err = sshTime(value)
	default:
		err = fmt.Errorf("there is no option %q", name)
	}
	return err
}

// sshTime reads YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, in the local time zone unless Z follows.
func sshTime(value string) (time.Time, error) {
	zone := time.Local
	digits, utc := strings.CutSuffix(value, "Z")
	if utc {
		zone = time.UTC
	}
	layout := map[int]string{8: "20060102", 12: "200601021504", 14: "20060102150405"}[len(digits)]
	at, err := time.ParseInLocation(layout, digits, zone)
	if layout == "" || err != nil {
		return time.Time{}, fmt.Errorf("the time %q is not of the form YYYYMMDD[HHMM[SS]][Z]",
			value)
	}
	return at, nil
}

// Principal returns who the key belongs to where it may sign in the namespace at that time. With
// named, the line must name the namespace itself: a line without namespaces allows everything else.
func (s Signers) Principal(key ssh.PublicKey, namespace string, at time.Time, named bool) (string,
	error) {
	reason := errors.New("no line of the allowed signers has the key " +
		ssh.FingerprintSHA256(plainKey(key)))
	for _, line := range s.lines {
		who, ours, err := line.principal(key, at)
		switch {
		case !ours:
		case err != nil:
			reason = err
		case named && !slices.Contains(line.namespaces, namespace),
			len(line.namespaces) > 0 &&
				!slices.ContainsFunc(line.namespaces, func(p string) bool {
					return matches(p, namespace)
				}):
			reason = fmt.Errorf("%s may not sign in the namespace %s", who, namespace)
		case !line.after.IsZero() && at.Before(line.after):
			reason = fmt.Errorf("the key of %s is valid from %s", who,
				line.after.UTC().Format(time.RFC3339))
		case !line.before.IsZero() && at.After(line.before):
			reason = fmt.Errorf("the key of %s expired at %s", who,
				line.before.UTC().Format(time.RFC3339))
		default:
			return who, nil
		}
	}
	return "", reason
}

// principal says whose the key is by this line, and whether the line is about it.
func (s signer) principal(key ssh.PublicKey, at time.Time) (who string, ours bool, err error) {
	c, certified := key.(*ssh.Certificate)
	if !s.authority || !certified {
		return strings.Join(s.principals, ","), !s.authority &&
			bytes.Equal(s.key.Marshal(), plainKey(key).Marshal()), nil
	}
	if !bytes.Equal(c.SignatureKey.Marshal(), s.key.Marshal()) {
		return "", false, nil
	}
	if c.CertType != ssh.UserCert {
		return "", true, errors.New("the SSH certificate is none of a user")
	}
	for _, p := range c.ValidPrincipals {
		if slices.ContainsFunc(s.principals, func(pattern string) bool {
			return matches(pattern, p)
		}) {
			checker := ssh.CertChecker{Clock: func() time.Time { return at }}
			return p, true, checker.CheckCert(p, c)
		}
	}
	return "", true,
		errors.New("the SSH certificate names no principal that its authority may vouch for")
}

// matches reports whether OpenSSH's pattern (* and ?) matches.
func matches(pattern, text string) bool {
	pattern = strings.NewReplacer("[", `\[`, `\`, `\\`).Replace(pattern)
	// A slash is no boundary in a pattern of OpenSSH's.
	matched, err := path.Match(strings.ReplaceAll(pattern, "/", "\x00"),
		strings.ReplaceAll(text, "/", "\x00"))
	return err == nil && matched
}
