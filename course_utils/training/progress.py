"""What is shown while a model trains."""

REPORTS = ("epochs", "line", "none")


class Reporter:
    """Prints a line per epoch, of many epochs twenty; or rewrites one `line` in the notebook."""

    def __init__(self, report, name, epochs):
        self.report, self.name, self.epochs, self.handle = report, name, epochs, None

    def note(self, text):
        """Say something once."""
        self._show(f"{self.name}: {text}", self.epochs)

    def epoch(self, epoch, values, seconds, left):
        """Report an epoch, counted from 1, its metrics, and the seconds so far and to come."""
        prefix = f"{self.name}: " if self.report == "line" else ""
        count = f"epoch {epoch:{len(str(self.epochs))}d}/{self.epochs}"
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        remaining = f"  about {left:.0f} s left" if left >= 1 else ""
        self._show(f"{prefix}{count}  {metrics}  {seconds:.1f} s{remaining}", epoch)

    def _show(self, line, epoch):
        from IPython import display, get_ipython

        last, twentieth = epoch == self.epochs, epoch % -(-self.epochs // 20) == 0
        if self.report == "line" and get_ipython() is not None:
            shown = {"text/plain": line}
            if self.handle is None:
                self.handle = display.display(shown, raw=True, display_id=True)
            else:
                self.handle.update(shown, raw=True)
        elif (last and self.report == "line") or (self.report == "epochs" and (last or twentieth)):
            print(line)
