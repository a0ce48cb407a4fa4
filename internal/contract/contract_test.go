package contract_test

import (
	"testing"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
)

func TestTheContractLoads(t *testing.T) {
	c, err := contract.Load("openapi.yaml", conformance.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations {
		t.Logf("%s %s line %d profile %s secured %v params %+v body %+v outcomes %v", o.ID, o, o.Line, o.Profile, o.Secured, o.Parameters, o.Body, o.Outcomes)
	}
	t.Log(len(c.Requirements), c.Requirements[3].Line, c.KeyHeader, c.KeyError.Line)
	o := c.Operations[0]
	for _, body := range []string{`{"Errors":null,"IsSucceed":"true"}`, `{"errors":[],"IsSucceed":1}`, `[]`, `null`, `{"Errors":[1],"IsSucceed":true,"ErrorsCode":[2]}`} {
		d := contract.ReadJSON([]byte(body))
		t.Log(body, d)
		for _, out := range o.Outcomes {
			t.Logf("   %s %+v", out.Name, out.Check(d.Value))
		}
	}
	t.Logf("%+v", c.KeyError.Check(contract.ReadJSON([]byte(`{"error":"no"}`)).Value))
	for _, b := range []string{"\xef\xbb\xbf{}", `{"a":1,"\u0061":2}`, `{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{} {}`, `{}x`, `"{\"a\":1}"`, `{"a":`, `<html>`, ``, "{}\x00", `{"a":1,}`} {
		t.Logf("%q %+v", b, contract.ReadJSON([]byte(b)))
	}
}
