"""What is shown while a model trains."""


class EpochLines:
    """One printed line per epoch; of many epochs, twenty."""

    def __init__(self, name, epochs):
        self.name, self.epochs = name, epochs

    def note(self, text):
        """Say something once."""
        self._show(text, self.epochs, prefix=f"{self.name}: ")

    def epoch(self, epoch, values, seconds, left):
        """Report an epoch, counted from 1, its metrics, and the seconds so far and to come."""
        count = f"epoch {epoch:{len(str(self.epochs))}d}/{self.epochs}"
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        remaining = f"  about {left:.0f} s left" if left >= 1 else ""
        self._show(f"{count}  {metrics}  {seconds:.1f} s{remaining}", epoch)

    def _show(self, line, epoch, prefix=""):
        if epoch == self.epochs or epoch % -(-self.epochs // 20) == 0:
            print(f"{prefix}{line}")


class RewrittenLine(EpochLines):
    """One line in the notebook, rewritten as training goes on; outside of one, the last line."""

    handle = None

    def _show(self, line, epoch, prefix=""):
        from IPython import display, get_ipython

        shown = {"text/plain": f"{self.name}: {line}"}
        if get_ipython() is None:
            if epoch == self.epochs:
                print(shown["text/plain"])
        elif self.handle is None:
            self.handle = display.display(shown, raw=True, display_id=True)
        else:
            self.handle.update(shown, raw=True)


class Silence(EpochLines):
    """Nothing."""

    def _show(self, line, epoch, prefix=""):
        pass


REPORTERS = {"epochs": EpochLines, "line": RewrittenLine, "none": Silence}
