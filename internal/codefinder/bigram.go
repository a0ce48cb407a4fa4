package codefinder

import "strings"

// followers lists, for each letter from a to z, the letters that often follow it inside the words
// of European languages. A word keeps to them; letters drawn by lot soon do not.
var followers = [26]string{
	"abcdefgijklmnopqrstuvwxyz", "aeiblorsuyj", "aehiklorstuyzc", "aegiodrsuvwyjl",
	"abcdefghijklmnopqrstuvwxyz", "aefilortuy", "aeghilnorstuy", "aeilmnortuy",
	"abcdefgjklmnopqrstuvxz",
	"aeiou", "aeiklnorstuyw", "acdefiklmopstuvyz", "abeimnopsuy", "acdefgijkloprstuvyzn",
	"abcdefghijklmnopqrstuvwxyz", "aehiloprstuyz", "u", "abcdefgiklmnoprstuvwyz",
	"acefhiklmnopqrstuwyz", "acehilorstuwyz", "abcdefgijklmnopqrstvxz", "aeioryuw", "aehinorsuy",
	"aceipty", "abcdegiklmnoprstuwz", "aceiklmnopuwyz",
}

// isWordlike reports whether all letters follow each other as they do in words. Of eight letters
// drawn by lot hardly ever all do.
func isWordlike(letters string) bool {
	letters = strings.ToLower(letters)
	if !strings.ContainsAny(letters, "aeiouy") {
		return false
	}
	for i := 1; i < len(letters); i++ {
		from := letters[i-1]
		if from < 'a' || from > 'z' || !strings.Contains(followers[from-'a'], letters[i:i+1]) {
			return false
		}
	}
	return true
}
