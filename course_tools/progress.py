"""Shows how far the notebooks are: live in a terminal, line by line anywhere else."""

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

MARKS = {"done": "[green]✓[/]", "kept": "[cyan]=[/]", "failed": "[red]✗[/]"}


def duration(seconds):
    """Return a time as people say it: `42 s`, `7 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def display(console, count):
    """Return the display that suits `console`, a context manager, for `count` notebooks."""
    return LiveDisplay(console, count) if console.is_terminal else PlainDisplay(console, count)


class PlainDisplay:
    """One line where a notebook begins, one where it ends: for logs."""

    def __init__(self, console, count):
        self.console = console
        self.count = count
        self.begun = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def begin(self, notebook, what=""):
        """Show that a notebook begins."""
        self.begun += 1
        self._print(f"[{self.begun}/{self.count}] {_label(notebook)}{what and f', {what}'} …")

    def cell(self, position, total):
        """Show that a cell begins; a log has no use for that."""

    def end(self, status, text):
        """Show how the notebook ended."""
        self._print(f"      {status}: {text}")

    def _print(self, text):
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


class LiveDisplay(Progress):
    """One line a notebook, with the cell it is at and the time that it has taken."""

    def __init__(self, console, count):
        super().__init__(
            SpinnerColumn(
                "dots" if console.encoding.startswith("utf") else "line", finished_text=" "
            ),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self.count = count
        self.begun = 0
        self.current = None

    def begin(self, notebook, what=""):
        """Show that a notebook begins."""
        self.begun += 1
        text = f"{self.begun}/{self.count} {_label(notebook)}{what and f', {what}'}"
        self.current = self.add_task(text, total=None, state="starts")

    def cell(self, position, total):
        """Show that a cell begins."""
        state = f"cell {position} of {total}"
        self.update(self.current, completed=position - 1, total=total, state=state)

    def end(self, status, text):
        """Show how the notebook ended."""
        state = f"{MARKS[status]} {status}"
        self.update(self.current, completed=1, total=1, state=state)
        self.stop_task(self.current)
        if status != "done":
            self.console.print(text, markup=False, highlight=False)


def _label(notebook):
    return f"{notebook.number} {notebook.title}"
