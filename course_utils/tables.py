"""One table in two forms: plain text for a terminal, HTML for a notebook."""

import html

_SIDES = {"l": "left", "r": "right"}


def as_text(rows, sides):
    """Cells in columns, two spaces apart.

    Args:
        rows: rows of texts, as many as there are `sides`.
        sides: `l` or `r` for each column, such as "lrr".
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if side == "l" else text.rjust(width)
            for text, width, side in zip(row, widths, sides, strict=True)
        ).rstrip()
        for row in rows
    )


def as_html(rows, sides, *, header=True, bold=()):
    """An HTML table; the last cell of a row that is too short spans what is left.

    Args:
        rows: rows of texts, which are escaped.
        sides: `l` or `r` for each column, such as "lrr".
        header: whether the first row holds the columns' names.
        bold: indices of columns in bold.
    """
    lines = [
        "".join(
            _cell(
                "th" if header and not number else "td",
                f"<b>{html.escape(text)}</b>" if index in bold else html.escape(text),
                _SIDES[sides[index]],
                len(sides) - index if index == len(row) - 1 else 1,
            )
            for index, text in enumerate(row)
        )
        for number, row in enumerate(rows)
    ]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _cell(tag, content, side, span):
    # An attribute, not a style: viewers that strip styles centre the cells otherwise.
    spanning = f" colspan='{span}'" if span > 1 else ""
    return f"<{tag} align='{side}'{spanning}>{content}</{tag}>"
