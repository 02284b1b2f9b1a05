"""What tests look at in a page: links, widths, colours, and what it asks for."""

import re

SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
# What is wider than the window, or than what it stands in and cannot be scrolled there.
WIDTHS = """() => {
    document.querySelectorAll("details").forEach(folded => { folded.open = true; });
    const width = document.documentElement.clientWidth, found = [];
    if (document.documentElement.scrollWidth > width)
        found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    const scrolls = part => part && (["auto", "scroll", "hidden", "clip"].includes(
        getComputedStyle(part).overflowX) || scrolls(part.parentElement));
    for (const part of document.querySelectorAll("body *"))
        if (part.checkVisibility() && part.getBoundingClientRect().right > width + 1
                && !scrolls(part.parentElement))
            found.push(`${part.tagName} ${part.textContent.trim().slice(0, 30)}`);
    return found;
}"""
# Colour of each text that is seen, and of the ground below it, with an example of the text.
COLOURS = """() => {
    document.querySelectorAll("details").forEach(folded => { folded.open = true; });
    const found = {}, texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const clear = colour => colour === "rgba(0, 0, 0, 0)";
    while (texts.nextNode()) {
        const text = texts.currentNode, part = text.parentElement;
        const left_out = part.closest("script, style, option, [aria-hidden=true]");
        if (!text.data.trim() || !part.checkVisibility() || left_out) continue;
        let ground = part;
        while (ground && clear(getComputedStyle(ground).backgroundColor))
            ground = ground.parentElement;
        const colour = getComputedStyle(part).color;
        const below = ground ? getComputedStyle(ground).backgroundColor : "no ground";
        found[`${colour} on ${below}`] ??= [colour, below, text.data.trim().slice(0, 40)];
    }
    return Object.values(found);
}"""
# Where each link leads and what each element loads; a link that is no address is "".
LINKS = """() => [...document.querySelectorAll("[href], [src]")].map(
    one => one.href || one.src || "").filter(address => !address.startsWith("data:"))"""
ANCHORS = """() => [...document.querySelectorAll("[id]")].map(one => one.id)"""
PICTURES_WITHOUT_WORDS = """() => [...document.images].filter(one => one.alt.length < 20)
    .map(one => one.src.slice(-40))"""


def watch(page, wrong):
    """Add to the list `wrong` each error of a page, and each request that leaves the machine."""
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:")) else wrong.append(r.url),
    )


def contrast(one, other):
    """Of two colours such as #1b1f24 or rgb(27, 31, 36), by WCAG 2."""
    lighter, darker = sorted(map(luminance, (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    if colour.startswith("#"):
        parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    else:
        found = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
        assert found, f"{colour}: a colour one sees through, or in another form"
        parts = map(int, found.groups())
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
              for c in (part / 255 for part in parts)]  # fmt: skip
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def hard_to_read(page):
    """Texts whose contrast is below 4.5, with their colours."""
    pairs = page.evaluate(COLOURS)
    return [pair for pair in pairs if contrast(*pair[:2]) < 4.5]
