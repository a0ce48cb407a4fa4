package fleet

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Shard is one part of a fleet, counted from 1. The zero value is the whole.
type Shard struct {
	Index int `json:"index"`
	Of    int `json:"of"`
}

// FindShard returns the shard named by the flags or else by the environment. Kubernetes' Indexed
// Jobs give the index only; GitLab's parallel gives index and total.
func FindShard(flag string, shards int, getenv func(string) string) (Shard, error) {
	index, total := getenv("CI_NODE_INDEX"), getenv("CI_NODE_TOTAL")
	switch job := getenv("JOB_COMPLETION_INDEX"); {
	case flag != "":
		of, n, found := strings.Cut(flag, "/")
		if !found {
			return Shard{}, errors.New("--shard: expected I/N, such as 2/5")
		}
		return newShard("--shard", of, n, 1)
	case job != "" && shards == 0:
		return Shard{},
			fmt.Errorf("JOB_COMPLETION_INDEX is %s: expected --shards N to say of how many, or --shard 1/1 for the whole fleet", job)
	case job != "":
		return newShard("JOB_COMPLETION_INDEX", job, strconv.Itoa(shards), 0)
	case index != "" && total != "":
		return newShard("CI_NODE_INDEX of CI_NODE_TOTAL", index, total, 1)
	case shards > 1:
		return Shard{},
			errors.New("--shards: neither JOB_COMPLETION_INDEX nor CI_NODE_INDEX says which one; expected --shard I/N")
	}
	return Shard{}, nil
}

// newShard makes a shard of numbers that count from first.
func newShard(where, index, of string, first int) (Shard, error) {
	i, wrong := strconv.Atoi(index)
	n, alsoWrong := strconv.Atoi(of)
	i += 1 - first
	if wrong != nil || alsoWrong != nil || i < 1 || i > n {
		return Shard{},
			fmt.Errorf("%s: expected a number from %d to that of all shards, got %s of %s", where,
				first, index, of)
	}
	if n == 1 {
		return Shard{}, nil
	}
	return Shard{i, n}, nil
}

// Holds reports whether the deployment at this place of the list is the shard's: they take turns.
func (s Shard) Holds(place int) bool { return s.Of == 0 || place%s.Of == s.Index-1 }

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }
