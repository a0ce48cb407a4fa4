package reference

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	bolt "go.etcd.io/bbolt"
)

// nobody holds the codes of unknown users. They are born expired, so they open
// nothing; no login holds a control character.
const nobody = "\x00"

var (
	errTaken   = errors.New("reference: the code is live already")
	errRefused = errors.New("reference: refused")
)

// voucher is a code or a token as stored, under its hash: worth one use, until
// it expires. A trader holds at most one of each.
type voucher struct {
	Holder  string // login, lower case
	Expires time.Time
	Misses  int // wrong codes seen while this one was live
}

func (v voucher) live(now time.Time) bool { return now.Before(v.Expires) }

// voucherID is what a code or a token is stored under.
func (s *store) voucherID(secret string) ([]byte, error) {
	return derive(secret, s.vouchers.Salt, s.vouchers.Iterations)
}

// issueCode stores a code in place of the holder's older one. It returns
// errTaken, and changes nothing, when the code is live already.
func (s *store) issueCode(id []byte, holder string, now, expires time.Time) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		return issue(tx.Bucket([]byte(codesBucket)), id,
			voucher{Holder: holder, Expires: expires}, now)
	})
}

// exchangeCode spends a live code and stores a token for its holder. A wrong
// code spends every live one that has now seen as many misses as tries.
func (s *store) exchangeCode(codeID, tokenID []byte, now, expires time.Time,
	tries int) (redeemed bool, err error) {
	err = s.db.Update(func(tx *bolt.Tx) error {
		codes := tx.Bucket([]byte(codesBucket))
		code, live, err := spend(codes, codeID, now)
		if err != nil {
			return err
		}
		if !live {
			return miss(codes, tries)
		}
		redeemed = true
		token := voucher{Holder: code.Holder, Expires: expires}
		return issue(tx.Bucket([]byte(tokensBucket)), tokenID, token, now)
	})
	return redeemed && err == nil, err
}

// changePassword spends a live token and the holder's code, and stores the
// password. It is false when the token is not live.
func (s *store) changePassword(tokenID []byte, password sealed, now time.Time) (bool, error) {
	err := s.db.Update(func(tx *bolt.Tx) error {
		token, live, err := spend(tx.Bucket([]byte(tokensBucket)), tokenID, now)
		if err != nil {
			return err
		}
		if !live {
			return errRefused
		}
		if err := sweep(tx.Bucket([]byte(codesBucket)), token.Holder, now); err != nil {
			return err
		}
		return setPassword(tx.Bucket([]byte(tradersBucket)), token.Holder, password)
	})
	if errors.Is(err, errRefused) {
		return false, nil
	}
	return err == nil, err
}

func setPassword(traders *bolt.Bucket, holder string, password sealed) error {
	var trader record
	found, err := get(traders, []byte(holder), &trader)
	if err != nil {
		return err
	}
	if !found {
		return errRefused
	}
	trader.Password = &password
	return put(traders, []byte(holder), trader)
}

// issue stores a voucher in place of the holder's older one and of all that
// have expired, so that there are never more vouchers than traders, and nobody.
func issue(bucket *bolt.Bucket, id []byte, v voucher, now time.Time) error {
	if err := sweep(bucket, v.Holder, now); err != nil {
		return err
	}
	if bucket.Get(id) != nil {
		return errTaken
	}
	return put(bucket, id, v)
}

// spend removes a voucher and returns it; it is false when it is not live.
func spend(bucket *bolt.Bucket, id []byte, now time.Time) (v voucher, live bool, err error) {
	found, err := get(bucket, id, &v)
	if err != nil || !found || !v.live(now) {
		return voucher{}, false, err
	}
	return v, true, bucket.Delete(id)
}

// sweep removes the vouchers of the holder and those that have expired.
func sweep(bucket *bolt.Bucket, holder string, now time.Time) error {
	return update(bucket, func(v voucher) (voucher, bool) {
		return v, v.Holder != holder && v.live(now)
	})
}

// miss counts a wrong code against all codes and removes those that have seen
// too many.
func miss(codes *bolt.Bucket, tries int) error {
	return update(codes, func(v voucher) (voucher, bool) {
		v.Misses++
		return v, v.Misses < tries
	})
}

// update rewrites or, where keep is false, removes every voucher.
func update(bucket *bolt.Bucket, change func(voucher) (changed voucher, keep bool)) error {
	all, err := vouchers(bucket)
	if err != nil {
		return err
	}
	for id, v := range all {
		changed, keep := change(v)
		switch {
		case !keep:
			err = bucket.Delete([]byte(id))
		case changed != v:
			err = put(bucket, []byte(id), changed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// vouchers reads the whole bucket, which must not change under iteration.
func vouchers(bucket *bolt.Bucket) (map[string]voucher, error) {
	all := map[string]voucher{}
	err := bucket.ForEach(func(id, text []byte) error {
		var v voucher
		err := json.Unmarshal(text, &v)
		all[string(id)] = v
		return err
	})
	return all, err
}
