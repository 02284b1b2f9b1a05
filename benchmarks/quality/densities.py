"""Four densities on one trained network: how good are the images that each one draws?

The table of notebook 09, from the notebook's own code: its cells are executed down to the one that
prints the table, in the profile that `COURSE_PROFILE` names. A convolutional autoencoder with a
code of 16 numbers; codes drawn from N(0, I), one Gaussian, ten, fifty, and those of real images.
Then, by the clock, the choice among 1 to 20 components for the codes of 20,000 clothes.

    course bench quality/densities
"""

import os
import time
from pathlib import Path

import jupytext
from _harness import store

from course_utils import data
from course_utils.models import select_components

SCRIPT = Path(__file__).resolve().parents[2] / "notebooks" / "py" / "09_latent_mixtures.py"
TABLE = "for name in DATA:\n    print_densities(name)"
# Ten Gaussians must lower the Fréchet distance of N(0, I) so many times. The 2.4 is that of Ghosh
# et al. 2020, table 1 (MNIST), for ten Gaussians against one, on regularised codes.
WANTED = 2.4
PAIRS = [("N(0, I)", "GMM-10"), ("one Gaussian", "GMM-10")]
KEYS = ("frechet", "precision", "recall", "coverage", "balance")
SWEEP = {"images": 20_000, "components": 20, "starts": 3, "allowed_seconds": 90}


def notebook_until(marker):
    """What the notebook's code defines, executed down to the first cell that begins so."""
    os.environ.setdefault("MPLBACKEND", "agg")
    found = {"__name__": SCRIPT.stem}
    for cell in jupytext.read(SCRIPT).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, str(SCRIPT), "exec"), found)
            if cell.source.startswith(marker):
                return found
    raise SystemExit(f"{SCRIPT} has no cell that begins with {marker!r}: adapt {__file__}.")


def measures(by_seed, densities):
    """Density to measure to its numbers, one a seed."""
    return {
        density: {key: {"by_seed": [found[density][key] for found in by_seed]} for key in KEYS}
        for density in densities
    }


def ratios(densities):
    """How many times the better of two densities lowers the distance of the other."""
    found = {}
    for worse, better in PAIRS:
        pair = [densities[density]["frechet"]["by_seed"] for density in (worse, better)]
        of_means = sum(pair[0]) / sum(pair[1])
        found[f"{worse} / {better}"] = {
            "by_seed": [high / low for high, low in zip(*pair, strict=True)],
            "of_means": of_means,
        }
        if worse == "N(0, I)":
            found[f"{worse} / {better}"] |= {
                "wanted": WANTED, "met": of_means >= WANTED,
            }  # fmt: skip
    return found


def print_ratios(name, found):
    for pair, ratio in found.items():
        by_seed = ", ".join(f"{one:.2f}" for one in ratio["by_seed"])
        wanted = f" (wanted {ratio['wanted']:.2f})" if "wanted" in ratio else ""
        print(f"{name}: {pair}: {ratio['of_means']:.2f}{wanted}; by seed {by_seed}")


def time_of_sweep(encode):
    """Seconds to choose among 1 to 20 components for the codes of so many clothes."""
    codes = encode(data.load("fashion_mnist", train_size=SWEEP["images"]).x_train)
    begun = time.perf_counter()
    choice = select_components(codes, range(1, SWEEP["components"] + 1), starts=SWEEP["starts"])
    seconds = time.perf_counter() - begun
    print(f"1 to 20 components, 3 starts, codes {codes.shape}: {seconds:.1f} s, {choice.chosen}")
    met = seconds <= SWEEP["allowed_seconds"]
    return {**SWEEP, "seconds": seconds, "met": met, "chosen": choice.chosen}


def main():
    notebook = notebook_until(TABLE)
    measured, compared = {}, {}
    lines = ["N(0, I)", *notebook["DENSITIES"], "real codes"]
    for name in notebook["DATA"]:
        by_seed = notebook["results"][name, "autoencoder"]
        measured[f"{name}, autoencoder"] = measures(by_seed, lines)
        measured[f"{name}, PCA"] = measures(notebook["results"][name, "PCA"], ["PCA, GMM-10"])
        compared[name] = ratios(measured[f"{name}, autoencoder"])
        print_ratios(name, compared[name])
    found = {
        "profile": notebook["environment"].profile,
        "data": {name: images.source for name, images in notebook["DATA"].items()},
        "train_size": notebook["TRAIN_SIZE"],
        "epochs": notebook["EPOCHS"],
        "seeds": list(notebook["SEEDS"]),
        "count": notebook["COUNT"],
        "densities": measured,
        "ratios": compared,
    }
    store("densities", found, folder="quality")
    found["sweep"] = time_of_sweep(notebook["generator"].encode)
    store("densities", found, folder="quality")


if __name__ == "__main__":
    main()
