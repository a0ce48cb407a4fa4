// Package config says what is under judgement: it reads flags, environment and configuration file.
package config
