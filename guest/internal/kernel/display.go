package kernel

import (
	"errors"
	"strconv"
	"strings"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const (
	// maxDisplays is how many displays of a cell a driver announces. It counts the rest.
	maxDisplays = 1000
	maxForms    = 16
	maxType     = 128
	maxID       = 256
)

// form is one form of a display.
type form struct {
	mime string
	// left is how much of it is still to come.
	left int64
	// kept is set when it is sent.
	kept bool
}

// displays turns frames into displays that fit what a cell may send of them.
type displays struct {
	// budget is how many bytes may still be sent.
	budget  int64
	dropped int32
	shown   int

	// What is being told.
	id       string
	isResult bool
	forms    []form
	// last is the form after which nothing is sent.
	last int
}

// announced takes the announcement of a display, and returns the forms of it that are empty and come first.
func (d *displays) announced(f frame) ([]*guestv1.CellDisplay, error) {
	texts, err := f.texts(2 + 2*maxForms)
	if err != nil {
		return nil, err
	}
	if len(texts) < 4 || len(texts)%2 != 0 {
		return nil, errors.New("it announced a display without a form")
	}
	if d.shown++; d.shown > maxDisplays {
		return nil, errors.New("it announced too many displays")
	}
	d.isResult, d.id, d.forms, d.last = texts[0] == "1", texts[1], nil, -1
	proper := len(d.id) <= maxID
	for pair := texts[2:]; len(pair) > 0; pair = pair[2:] {
		size, err := strconv.ParseInt(pair[1], 10, 64)
		if err != nil || size < 0 {
			return nil, errors.New("it announced a form of a display without a size")
		}
		kept := proper && isType(pair[0]) && size+int64(len(pair[0])) <= d.budget
		if kept {
			d.budget -= size + int64(len(pair[0]))
			d.last = len(d.forms)
		} else if proper {
			d.dropped++
		}
		d.forms = append(d.forms, form{mime: pair[0], left: size, kept: kept})
	}
	if !proper {
		d.dropped++
	}
	d.id = strings.ToValidUTF8(d.id, "\uFFFD")
	return d.ended(nil), nil
}

// came takes content of the display that was announced.
func (d *displays) came(data []byte) ([]*guestv1.CellDisplay, error) {
	if !d.open() || int64(len(data)) != min(maxPiece, d.forms[0].left) {
		return nil, errors.New("it sent other pieces of a display than it announced")
	}
	first := &d.forms[0]
	first.left -= int64(len(data))
	if first.left == 0 {
		return d.ended(data), nil
	}
	if !first.kept {
		return nil, nil
	}
	return []*guestv1.CellDisplay{d.part(data)}, nil
}

// open tells whether content is still to come.
func (d *displays) open() bool { return len(d.forms) > 0 }

// ended goes on to the next form that has content, and returns what ends by that. data ends the first form.
func (d *displays) ended(data []byte) []*guestv1.CellDisplay {
	var parts []*guestv1.CellDisplay
	for len(d.forms) > 0 && d.forms[0].left == 0 {
		if d.forms[0].kept {
			part := d.part(data)
			part.FormEnds, part.Ends = true, d.last == 0
			parts = append(parts, part)
		}
		data = nil
		d.forms = d.forms[1:]
		d.last--
	}
	return parts
}

func (d *displays) part(data []byte) *guestv1.CellDisplay {
	return &guestv1.CellDisplay{MimeType: d.forms[0].mime, Data: data, DisplayId: d.id, IsResult: d.isResult}
}

// isType tells whether a text may be a MIME type: two words of visible ASCII with a slash, and perhaps parameters.
func isType(text string) bool {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	kind, name, found := strings.Cut(text, "/")
	return found && kind != "" && name != "" && len(text) <= maxType
}
