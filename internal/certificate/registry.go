package certificate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// RegistryName is the directory of a certifier's repository that has a folder for each certificate.
const RegistryName = "certificates"

// FolderName is the folder of a deployment's certificate: its name and version in small letters and
// digits, with hyphens and dots between. Something may follow after two hyphens.
func FolderName(name, version string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name + " " + version) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '.':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-.")
}

// CheckTogether adds what certificates must keep among each other: no run counts twice and, in a
// registry, a folder is named after the deployment in it.
func CheckTogether(results []Result) {
	first := map[string]string{}
	for i := range results {
		r := &results[i]
		if r.RunID == "" {
			continue
		}
		if other, twice := first[r.RunID]; twice {
			r.add("registry", fmt.Errorf("the run %s is certified in %s already", r.RunID,
				other), "")
			continue
		}
		first[r.RunID] = r.Path
		r.checkFolder()
	}
}

// isRegistered reports whether the path is one of a registry's.
func isRegistered(path string) bool {
	path, err := filepath.Abs(path)
	return err == nil && filepath.Base(filepath.Dir(path)) == RegistryName
}

func (r *Result) checkFolder() {
	if !isRegistered(r.Path) {
		return
	}
	name := filepath.Base(r.Path)
	if info, err := os.Stat(r.Path); err == nil && !info.IsDir() {
		name = strings.TrimSuffix(name, ".tar.zst")
	}
	folder, _, _ := strings.Cut(name, "--")
	var problem error
	if want := FolderName(r.deployment.Name, r.deployment.Version); folder != want {
		problem = fmt.Errorf("the folder's name is %q; expected %q", name, want)
	}
	r.add("registry", problem, "the folder is named after the deployment, and the run counts once")
}
