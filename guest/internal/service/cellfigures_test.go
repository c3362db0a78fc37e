package service_test

import "testing"

// figures is a package with as much of the face of matplotlib as the driver has to do with.
var figures = map[string]string{
	"matplotlib/__init__.py": "import os\nbackend = os.environ['MPLBACKEND']\n",
	"matplotlib/figure.py": `class Figure:
    def __repr__(self): return '<Figure>'
    def savefig(self, out, format=None, bbox_inches=None):
        if self.broken: raise ValueError('broken')
        out.write(b'\x89PNG' + self.name)
`,
	"matplotlib/pyplot.py": `from matplotlib.figure import Figure
_open = {}
def figure(number=None):
    if number not in _open:
        number = len(_open) + 1
        _open[number] = Figure()
        _open[number].name, _open[number].broken = b'%d' % number, False
    return _open[number]
def get_fignums(): return sorted(_open)
def close(which):
    for number in list(_open):
        if which == 'all' or which is _open[number]: del _open[number]
def show(): raise RuntimeError('there is no screen')
`,
}

func TestFiguresAreShownWithoutBeingAsked(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		for path, content := range figures {
			write(t, n.Sandbox, file{path: path, content: content})
		}
		n.says(t, "False\n", "import sys, os; print('matplotlib' in sys.modules or 'MPLBACKEND' in os.environ)")
		for name, test := range map[string]struct {
			code  string
			shown []string
		}{
			"at the end":          {"import matplotlib.pyplot as plt; import matplotlib; assert matplotlib.backend == 'Agg'\nplt.figure(); plt.figure();", []string{"1", "2"}},
			"by show":             {"import matplotlib.pyplot as plt\nplt.figure(); plt.show(); plt.figure(); plt.show(); print(plt.get_fignums())", []string{"1", "1"}},
			"by an imported show": {"from matplotlib.pyplot import show, figure\nfigure(); show()", []string{"1"}},
			"as the value":        {"import matplotlib.pyplot as plt\nplt.figure()", []string{"1"}},
			"by display":          {"import matplotlib.pyplot as plt\nf = plt.figure(); plt.close(f); display(f)", []string{"1"}},
			"before an error":     {"import matplotlib.pyplot as plt\nplt.figure(); 1 / 0", []string{"1"}},
			"not at all":          {"import matplotlib.pyplot as plt\nplt.figure().broken = True", nil},
		} {
			got := n.cell(t, test.code)
			var shown []string
			for _, display := range got.Displays {
				if png, found := display.Forms["image/png"]; found && png[:4] == "\x89PNG" {
					shown = append(shown, png[4:])
				}
			}
			if len(shown) != len(test.shown) {
				t.Fatal(name, got.Displays, got.Stderr.String())
			}
			for i := range shown {
				if shown[i] != test.shown[i] {
					t.Error(name, shown)
				}
			}
			n.says(t, "[]\n", "print(sys.modules['matplotlib.pyplot'].get_fignums())")
		}
	})
}
