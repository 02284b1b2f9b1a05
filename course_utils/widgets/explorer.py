"""What every explorer shares: it follows its controls, tells errors, falls back on a picture."""

import functools
import html
import traceback

import ipywidgets
from IPython import get_ipython

from course_utils.plotting import look
from course_utils.widgets import pages

_FRAMES_KEPT = 256
_SLIDERS = ipywidgets.IntSlider, ipywidgets.FloatSlider, ipywidgets.SelectionSlider
_VIEW = "application/vnd.jupyter.widget-view+json"
_ROW = {"flex_flow": "row wrap", "grid_gap": "0 1.5em", "overflow": "visible"}
# As wide as it was drawn, or as there is room for; a box would stretch it.
_OWN_WIDTH = {"align_self": "flex-start", "max_width": "100%"}
# Heard from a screen reader, seen by nobody.
_HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


class Explorer:
    """Controls above a picture that follows them; shown by the cell that makes it.

    Args:
        controls: dict of name to ipywidget, whose values are hashable.
        draw: function of the controls' values, by name, that returns a matplotlib Figure and its
            alternative text. A setting is drawn once, then remembered.
        film: name of the slider along which a recording keeps a film; None for the first.

    Attributes:
        controls: the same dict; setting a control's `value` redraws the picture.
        box: the widget that is shown.
    """

    def __init__(self, controls, draw, film=None):
        self.controls = dict(controls)
        self._draw = draw
        self._drawn = functools.lru_cache(_FRAMES_KEPT)(self._rendered)
        # The first frame is drawn here and not in a callback, whose errors some runners let
        # pass: what cannot be drawn fails the cell.
        png, alt = self._current()
        # The bytes of an `Image` are replaced, where an `Output` would be emptied and filled:
        # it does not flicker, and a dragged slider leaves no heap of frames in the notebook.
        self._image = ipywidgets.Image(value=png, format="png", layout=_OWN_WIDTH)
        self._message = ipywidgets.HTML(_spoken(alt))
        row = ipywidgets.HBox([*self.controls.values()], layout=_ROW)
        self.box = ipywidgets.VBox([row, self._message, self._image])
        for control in self.controls.values():
            control.observe(self._follow, names="value")
        self._shown_by = _current_cell()
        self.show()
        self._keep_film(film)

    def _keep_film(self, name):
        """Keep the pictures along a slider with the recording, if there is one."""
        # They bring SciPy along, which the explorers themselves do without.
        from course_utils.evaluation import films, record_files

        if record_files.being_made() is None:
            return
        sliders = [name for name, one in self.controls.items() if isinstance(one, _SLIDERS)]
        control = self.controls[name := name or sliders[0]]
        now = {name: control.value for name, control in self.controls.items()}
        films.keep(
            control.description,
            _settings(control),
            control.value,
            lambda value: self._drawn(*(now | {name: value}).values()),
        )

    def frame(self):
        """Return the picture of the current setting, the bytes of a PNG."""
        return self._current()[0]

    def show(self):
        """Show the controls and the picture of the current setting."""
        # One bundle holds both forms. A front end with the widget's state shows the widget;
        # one without (GitHub, the stored notebook, a page) falls back on the picture.
        # Written out: ipywidgets 7 has no `_repr_mimebundle_`.
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        look.display_png(*self._current(), {_VIEW: view})

    def _ipython_display_(self):
        # As the last value of the cell that made it, it has been shown already.
        if _current_cell() != self._shown_by:
            self.show()

    def _current(self):
        """The picture and the alternative text of the current setting."""
        return self._drawn(*[control.value for control in self.controls.values()])

    def _rendered(self, *setting):
        figure, alt = self._draw(**dict(zip(self.controls, setting, strict=True)))
        # Quick rather than small: most frames only go from the kernel to the browser. And of the
        # figure's own size, whatever the settings: a page counts its pixels.
        return look.png(figure, dpi="figure", pil_kwargs={"compress_level": 1}), alt

    def _follow(self, _change):
        try:
            self._image.value, alt = self._current()
            self._message.value = _spoken(alt)
        except Exception as error:
            # Raised in a callback, it would end in a log that nobody reads.
            self._message.value = (
                f'<b role="alert">This setting cannot be drawn. {type(error).__name__}: '
                f"{html.escape(str(error))}</b> The picture below is still the one before."
                f"<details><summary>Where it happened</summary>"
                f"<pre>{html.escape(traceback.format_exc())}</pre></details>"
            )


def _settings(slider):
    """Values of a slider from end to end, each with its text."""
    if isinstance(slider, ipywidgets.SelectionSlider):
        # Options are values, or pairs of a text and a value.
        pairs = [one if isinstance(one, tuple) else (str(one), one) for one in slider.options]
        return [(value, text) for text, value in pairs]
    count = round((slider.max - slider.min) / slider.step)
    values = [slider.min + i * slider.step for i in range(count + 1)]
    nearest = min(values, key=lambda value: abs(value - slider.value))
    values = [slider.value if value == nearest else value for value in values]
    return [(value, pages.minus(round(value, 2), "g")) for value in values]


def named(**controls):
    """The controls as a dict, each with its name shown whole and buttons as wide as their words."""
    for name, control in controls.items():
        control.description = control.description or name
        control.style.description_width = "initial"
        if isinstance(control, ipywidgets.ToggleButtons):
            control.style.button_width = "max-content"
    return controls


def _spoken(alt):
    return f'<span role="status" style="{_HIDDEN}">{html.escape(alt)}</span>'


def _current_cell():
    shell = get_ipython()
    return shell and shell.execution_count
