package reference

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	bolt "go.etcd.io/bbolt"
)

// Buckets of the file. Values are JSON.
const (
	tradersBucket = "traders" // login, lower case: record
	emailsBucket  = "emails"  // email, lower case: login, lower case
	codesBucket   = "codes"   // id of the code: voucher
	tokensBucket  = "tokens"  // id of the token: voucher
	metaBucket    = "meta"
)

// lockTimeout is how long opening waits for a file that is held elsewhere.
const lockTimeout = time.Second

// record is a trader as stored: secrets only as hashes.
type record struct {
	Login, Email, Name, Question string
	Response, Password           *sealed `json:",omitempty"`
	TwoFactor                    bool
}

// store keeps traders, codes and tokens in a bbolt file.
type store struct {
	db *bolt.DB
	// vouchers is what codes and tokens are hashed with: one salt for all,
	// since they are found by their hash.
	vouchers sealed
}

// openStore opens or makes the file. The iterations are used for a new file;
// an existing one keeps its own, or its live codes could not be found.
func openStore(c Config) (*store, error) {
	db, err := bolt.Open(c.Path, 0o600, &bolt.Options{Timeout: lockTimeout, NoSync: c.Fleeting})
	if err != nil {
		return nil, fmt.Errorf("reference: opening %s: %w", c.Path, err)
	}
	s := &store{db: db}
	if err := s.prepare(c.Iterations); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func (s *store) close() error { return s.db.Close() }

func (s *store) prepare(iterations int) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, name := range []string{tradersBucket, emailsBucket, codesBucket, tokensBucket,
			metaBucket} {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte(metaBucket))
		found, err := get(meta, []byte("vouchers"), &s.vouchers)
		if err != nil || found {
			return err
		}
		s.vouchers = sealed{Salt: newSalt(), Iterations: iterations}
		return put(meta, []byte("vouchers"), s.vouchers)
	})
}

// insert stores the traders whose login is not stored yet.
func (s *store) insert(traders []Trader, iterations int) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, trader := range traders {
			if tx.Bucket([]byte(tradersBucket)).Get([]byte(key(trader.Login))) != nil {
				continue
			}
			if err := insertTrader(tx, trader, iterations); err != nil {
				return fmt.Errorf("reference: storing trader %q: %w", trader.Login, err)
			}
		}
		return nil
	})
}

func insertTrader(tx *bolt.Tx, trader Trader, iterations int) error {
	emails := tx.Bucket([]byte(emailsBucket))
	if emails.Get([]byte(key(trader.Email))) != nil {
		return errors.New("a stored trader has this email")
	}
	stored, err := newRecord(trader, iterations)
	if err != nil {
		return err
	}
	if err := emails.Put([]byte(key(trader.Email)), []byte(key(trader.Login))); err != nil {
		return err
	}
	return put(tx.Bucket([]byte(tradersBucket)), []byte(key(trader.Login)), stored)
}

func newRecord(t Trader, iterations int) (record, error) {
	stored := record{Login: t.Login, Email: t.Email, Name: t.Name, Question: t.Question,
		TwoFactor: t.TwoFactor}
	var err error
	if stored.Response, err = sealOptional(t.Answer, iterations); err != nil {
		return record{}, err
	}
	stored.Password, err = sealOptional(t.Password, iterations)
	return stored, err
}

// sealOptional returns nil for a secret that is not there.
func sealOptional(secret string, iterations int) (*sealed, error) {
	if secret == "" {
		return nil, nil
	}
	hash, err := seal(secret, iterations)
	return &hash, err
}

// trader finds a trader by login, whatever its case.
func (s *store) trader(login string) (found record, known bool, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		known, err = get(tx.Bucket([]byte(tradersBucket)), []byte(key(login)), &found)
		return err
	})
	return found, known, err
}

// traderByLoginOrEmail finds a trader by login, else by email; an unknown one
// is the zero record.
func (s *store) traderByLoginOrEmail(name string) (record, error) {
	found, known, err := s.trader(name)
	if err != nil || known {
		return found, err
	}
	var login string
	err = s.db.View(func(tx *bolt.Tx) error {
		login = string(tx.Bucket([]byte(emailsBucket)).Get([]byte(key(name))))
		return nil
	})
	if err != nil || login == "" {
		return record{}, err
	}
	found, _, err = s.trader(login)
	return found, err
}

func get(bucket *bolt.Bucket, id []byte, value any) (bool, error) {
	text := bucket.Get(id)
	if text == nil {
		return false, nil
	}
	return true, json.Unmarshal(text, value)
}

func put(bucket *bolt.Bucket, id []byte, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return bucket.Put(id, text)
}
