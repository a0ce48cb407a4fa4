package config

import (
	"net/textproto"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/net/http/httpguts"
)

// into returns a field whose text, once checked, goes to a variable.
func (d *document) into(key string, target *string, check func(string) (string, error)) field {
	return field{key, func(n *node) error {
		value, err := d.text(key, n)
		if err != nil {
			return err
		}
		if *target, err = check(value); err != nil {
			return d.wrong(n, "%s: %v", key, err)
		}
		return nil
	}}
}

func readInbox(d *document, c *Config, n *node) error {
	if kind := gluedKind(n); kind != "" {
		return d.wrong(n, "inbox: expected a space after %s:", kind)
	}
	var mailhog, mailpit string
	err := d.mapping("inbox", n, d.into("mailhog", &mailhog, inboxURL),
		d.into("mailpit", &mailpit, inboxURL))
	switch {
	case err != nil:
		return err
	case mailhog != "" && mailpit != "", mailhog == "" && mailpit == "":
		return d.wrong(n, "inbox: expected either mailhog or mailpit with its URL")
	case mailhog != "":
		c.Inbox = Inbox{"mailhog", mailhog}
	default:
		c.Inbox = Inbox{"mailpit", mailpit}
	}
	return nil
}

// gluedKind is the kind of an inbox whose URL follows without a space, which YAML takes for one
// word; "" elsewhere.
func gluedKind(n *node) string {
	n = resolve(n)
	word := n.Value
	if len(n.Content) > 0 {
		word = n.Content[0].Value
	}
	kind, address, _ := strings.Cut(word, ":")
	if (kind == "mailhog" || kind == "mailpit") && address != "" {
		return kind
	}
	return ""
}

func readLabel(d *document, c *Config, n *node) error {
	return d.mapping("deployment", n,
		d.into("name", &c.Deployment.Name, plain),
		d.into("version", &c.Deployment.Version, plain),
		field{"labels", func(n *node) error { return readLabels(d, c, n) }})
}

func readLabels(d *document, c *Config, n *node) (err error) {
	c.Deployment.Labels, err = d.labels(n)
	return err
}

func (d *document) labels(n *node) (map[string]string, error) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		return nil, d.wrong(n, "labels: expected names with values, found %s", kindOf(n))
	}
	labels := map[string]string{}
	return labels, d.pairs(n, func(key, value *node) error {
		var text string
		err := d.into(key.Value, &text, plain).read(value)
		labels[key.Value] = text
		return err
	})
}

func readClientCert(d *document, c *Config, n *node) error {
	err := d.mapping("clientCert", n,
		d.into("cert", &c.ClientCert.Cert, d.beside),
		d.into("key", &c.ClientCert.Key, d.beside))
	if err == nil && (c.ClientCert.Cert == "" || c.ClientCert.Key == "") {
		err = d.wrong(n, "clientCert: expected both cert and key")
	}
	return err
}

func readProfiles(d *document, c *Config, n *node) error {
	if resolve(n).Kind == yaml.ScalarNode {
		return d.into("profile", new(string), func(v string) (string, error) {
			return v, setProfiles(c, v)
		}).read(n)
	}
	entries, err := d.sequence("profile", n)
	if err != nil {
		return err
	}
	var profiles []string
	for _, entry := range entries {
		profile, err := d.text("profile", entry)
		if err != nil {
			return err
		}
		if err := setProfiles(c, profile); err != nil {
			return d.wrong(entry, "profile: %v", err)
		}
		profiles = append(profiles, c.Profiles...)
	}
	if len(profiles) == 0 {
		return d.wrong(n, "profile: expected one or more of core, flow, hardening")
	}
	c.Profiles = forgetEmpty(profiles)
	return nil
}

func readHeaders(d *document, c *Config, n *node) error {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		return d.wrong(n, "headers: expected names with values, found %s", kindOf(n))
	}
	c.Headers = map[string]string{}
	names := map[string]bool{}
	return d.pairs(n, func(key, value *node) error {
		if reason := unusableHeader(key.Value); reason != "" {
			return d.wrong(key, "headers: %s", reason)
		}
		if names[strings.ToLower(key.Value)] {
			return d.wrong(key, "headers: %s is given twice; expected each name once, in any case",
				key.Value)
		}
		names[strings.ToLower(key.Value)] = true
		var text string
		if err := d.into(key.Value, &text, trimmed).read(value); err != nil {
			return err
		}
		c.Headers[key.Value] = text
		return nil
	})
}

// unusableHeader says why a header can't be configured, "" where it can.
func unusableHeader(name string) string {
	switch canonical := textproto.CanonicalMIMEHeaderKey(name); {
	case !httpguts.ValidHeaderFieldName(name):
		return "expected a header name of letters, digits and hyphens"
	case canonical == "Et-App-Key":
		return "Et-App-Key is what is under judgement; expected it as appKey"
	case slices.Contains([]string{"Host", "Content-Length", "Content-Type", "Transfer-Encoding",
		"Connection", "Trailer", "Upgrade", "Te", "Keep-Alive", "Accept-Encoding", "Expect"},
		canonical):
		return canonical + " belongs to each request itself; expected another header"
	}
	return ""
}
