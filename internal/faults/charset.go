package faults

import (
	"encoding/binary"
	"unicode/utf16"
)

// encodeText encodes text in a charset; what the charset lacks becomes "?", as
// most software has it.
func encodeText(charset, text string) []byte {
	switch charset {
	case "utf-16le":
		return encodeUTF16(text, binary.LittleEndian)
	case "utf-16be":
		return encodeUTF16(text, binary.BigEndian)
	case "utf-16":
		return append([]byte{0xFF, 0xFE}, encodeUTF16(text, binary.LittleEndian)...)
	case "iso-8859-1":
		return encodeBytes(text, nil)
	case "windows-1250":
		return encodeBytes(text, map[rune]byte{
			'ą': 0xB9, 'ć': 0xE6, 'ę': 0xEA, 'ł': 0xB3, 'ń': 0xF1, 'ś': 0x9C, 'ź': 0x9F, 'ż': 0xBF,
			'Ś': 0x8C, 'Ł': 0xA3,
		})
	}
	return []byte(text)
}

func encodeUTF16(text string, order binary.AppendByteOrder) []byte {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = order.AppendUint16(encoded, unit)
	}
	return encoded
}

func encodeBytes(text string, own map[rune]byte) []byte {
	var encoded []byte
	for _, r := range text {
		b, found := own[r]
		switch {
		case found:
		case r < 0x80 || own == nil && r <= 0xFF:
			b = byte(r)
		default:
			b = '?'
		}
		encoded = append(encoded, b)
	}
	return encoded
}

// mojibake is UTF-8 read as ISO 8859-1.
func mojibake(text string) string {
	runes := make([]rune, 0, len(text))
	for _, b := range []byte(text) {
		runes = append(runes, rune(b))
	}
	return string(runes)
}
