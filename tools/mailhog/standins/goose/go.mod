module github.com/ian-kent/goose

go 1.26.0
