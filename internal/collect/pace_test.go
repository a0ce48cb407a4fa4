package collect

import (
	"context"
	"testing"
	"time"
)

func TestPacerSlowsDownAndRecovers(t *testing.T) {
	var p pacer
	began := time.Now()
	for range 100 {
		p.wait(context.Background(), true)
	}
	if took := time.Since(began); took > shortestStep {
		t.Errorf("without a limit 100 requests waited %v", took)
	}
	let := time.Now()
	for range 8 { // all of them were under way together
		p.slow(let, 0)
	}
	if p.step != shortestStep {
		t.Errorf("the step is %v", p.step)
	}
	p.slow(time.Now(), 0)
	if p.step != 2*shortestStep {
		t.Errorf("after a further limit the step is %v", p.step)
	}
	began = time.Now()
	p.wait(context.Background(), false)
	p.wait(context.Background(), false)
	if took := time.Since(began); took < p.step {
		t.Errorf("two requests went out within %v", took)
	}
	for range 8 * untroubled {
		p.answered(1)
	}
	if p.step != 0 {
		t.Errorf("after many answers without a limit the step is still %v", p.step)
	}
}
