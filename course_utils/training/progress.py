"""What is shown while a model trains."""


class EpochLines:
    """One printed line per epoch; of many epochs, twenty."""

    def __init__(self, name, epochs):
        self.name, self.epochs = name, epochs

    def note(self, text):
        """Say something once."""
        print(f"{self.name}: {text}")

    def epoch(self, epoch, values, seconds, left):
        """Report an epoch, counted from 0, its metrics, and the seconds so far and to come."""
        step = -(-self.epochs // 20)
        if (epoch + 1) % step == 0 or epoch + 1 == self.epochs:
            print(self._line(epoch, values, seconds, left))

    def _line(self, epoch, values, seconds, left):
        count = f"epoch {epoch + 1:{len(str(self.epochs))}d}/{self.epochs}"
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        remaining = f"  about {left:.0f} s left" if left >= 1 else ""
        return f"{count}  {metrics}  {seconds:.1f} s{remaining}"


class RewrittenLine(EpochLines):
    """One line in the notebook, rewritten as training goes on; outside of one, the last line."""

    def __init__(self, name, epochs):
        super().__init__(name, epochs)
        self.handle = None

    def note(self, text):
        """Say something once."""
        self._write(f"{self.name}: {text}")

    def epoch(self, epoch, values, seconds, left):
        """Report an epoch, counted from 0, its metrics, and the seconds so far and to come."""
        last = epoch + 1 == self.epochs
        self._write(f"{self.name}: {self._line(epoch, values, seconds, left)}", last)

    def _write(self, line, last=True):
        from IPython import display, get_ipython

        if get_ipython() is None:
            if last:
                print(line)
        elif self.handle is None:
            self.handle = display.display(_Text(line), display_id=True)
        else:
            self.handle.update(_Text(line))


class _Text(str):
    """Text that a notebook shows without quotes."""

    def __repr__(self):
        return str(self)


class Silence:
    """Nothing."""

    def __init__(self, name, epochs):
        pass

    def note(self, text):
        """Say something once."""

    def epoch(self, epoch, values, seconds, left):
        """Report an epoch, counted from 0, its metrics, and the seconds so far and to come."""


REPORTERS = {"epochs": EpochLines, "line": RewrittenLine, "none": Silence}
