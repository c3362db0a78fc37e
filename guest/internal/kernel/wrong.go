package kernel

import (
	"strconv"
	"strings"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const (
	maxErrorName    = 256
	maxErrorMessage = 8 << 10
	maxPlaces       = 100
	maxPlaceFile    = 4 << 10
	maxPlaceName    = 256
	maxPlaceSource  = 512
)

// readError is the error that a driver tells of, cut to what the protocol has.
func readError(f frame) (*guestv1.CellError, error) {
	texts, err := f.texts(2 + 4*maxPlaces)
	if err != nil {
		return nil, err
	}
	for len(texts) < 2 || len(texts)%4 != 2 {
		texts = append(texts, "")
	}
	failure := &guestv1.CellError{Name: cut(texts[0], maxErrorName), Message: cut(texts[1], maxErrorMessage)}
	for place := texts[2:]; len(place) > 0; place = place[4:] {
		line, _ := strconv.ParseInt(place[1], 10, 32)
		failure.Frames = append(failure.Frames, &guestv1.CellFrame{
			File:     cut(place[0], maxPlaceFile),
			Line:     int32(max(0, line)),
			Function: cut(place[2], maxPlaceName),
			Source:   cut(place[3], maxPlaceSource),
		})
	}
	return failure, nil
}

// cut is the text's first bytes, as valid text.
func cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
