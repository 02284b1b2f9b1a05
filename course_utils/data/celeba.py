"""CelebA comes with the notebooks on faces; until then its name gives an error that says so."""


def unavailable():
    """The error that `load("celeba")` raises."""
    return NotImplementedError(
        "the photographs of CelebA come with the notebooks on faces (13 to 15). Until then use "
        'load("faces"): drawn faces whose attributes bear CelebA\'s names.'
    )
