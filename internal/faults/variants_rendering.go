package faults

import "strings"

// renderingVariants present the code in the text and in the HTML in different ways, or name several
// people.
func renderingVariants() []Variant {
	const why = "A mail program shows the text or the HTML; each presents the code."
	const whyNames = "No page says whom the mail names besides the trader."
	text := func(text string) part { return textPart("text/plain", "utf-8", "8bit", text) }
	return []Variant{
		{Name: "html-code-in-boxes", Why: why, Mail: writes(func(_ World, l letter) letter {
			boxes := "<table><tr><td>" + strings.Join(strings.Split(l.code, ""), "</td><td>") +
				"</td></tr></table>"
			l.html = strings.ReplaceAll(l.html, "<strong>"+l.code+"</strong>", boxes)
			return l
		})},
		{Name: "html-code-grouped", Why: why, Mail: writes(func(_ World, l letter) letter {
			l.html = strings.ReplaceAll(l.html, l.code, l.code[:3]+"&nbsp;"+l.code[3:])
			return l
		})},
		{Name: "text-code-grouped", Why: why, Mail: writes(func(_ World, l letter) letter {
			l.text = strings.ReplaceAll(l.text, l.code, l.code[:3]+"-"+l.code[3:])
			return l
		})},
		packed("text-points-to-html", func(l letter) part {
			return multi("alternative",
				text("This mail is written in HTML. Please use a program that shows it."),
				l.page("utf-8", "base64"))
		}),
		packed("html-disclaimer-behind-text", func(l letter) part {
			return multi("mixed", l.plain("utf-8", "8bit"),
				textPart("text/html", "utf-8", "8bit",
					"<html><body><p>This mail is confidential.</p></body></html>"))
		}),
		packed("html-of-a-picture", func(l letter) part {
			return multi("alternative", l.plain("utf-8", "8bit"),
				multi("related",
					textPart("text/html", "utf-8", "8bit",
						`<html><body><img src="cid:code"></body></html>`), image()))
		}),
		{Name: "mail-names-advisor", Why: whyNames, Mail: writes(func(w World, l letter) letter {
			other, _ := w.other(w.owner(l.to), 1, anybody)
			l.text = strings.Replace(l.text, "Thanks for using", "Questions? Ask your advisor:\n"+
				other.Name+" <"+other.Email+">\n\nThanks for using", 1)
			l.html = strings.Replace(l.html, "<p>Thanks for using",
				"<p>Questions? Ask your advisor:<br>"+escape(other.Name+" <"+other.Email+">")+
					"</p><p>Thanks for using", 1)
			return l
		})},
		{Name: "mail-names-nobody", Why: whyNames, Mail: writes(func(_ World, l letter) letter {
			l = l.greeting("there")
			l.name = ""
			return l
		})},
	}
}
