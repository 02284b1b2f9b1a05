"""Do `Mixture` and `select_components` cost anything over bare scikit-learn, and what do they gain?

One fit: 10 full components on 60,000 × 64 principal components of MNIST, `Mixture` against
`GaussianMixture` from the same k-means start with the same settings. They must reach the same
held-out log-likelihood.

A sweep: 1 to 20 components from 3 starts each on 20,000 × 16, `select_components` against the loop
that one writes.
"""

import gc

import numpy as np
from _harness import best_and_median, interleaved, store, table
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from course_utils import data, environment
from course_utils.models import Mixture, em, select_components

FIT = {"points": 60_000, "features": 64, "components": 10}
SWEEP = {"points": 20_000, "features": 16, "components": range(1, 21), "starts": 3}
ALLOWED_SECONDS, ALLOWED_NATS = 90, 0.01
ITERATIONS = 200


def features():
    """(training, held-out) principal components, and where the images come from."""
    images = data.load("mnist", train_size=FIT["points"])
    x_train, x_test = (x.reshape(len(x), -1) for x in (images.x_train, images.x_test))
    pca = PCA(FIT["features"], random_state=0).fit(x_train)
    return *(pca.transform(x).astype("float64") for x in (x_train, x_test)), images


def bare(x, components, start=0):
    """Scikit-learn's fit from the start that `Mixture` gives this number."""
    seed = em.seed_of_start(0, start)
    return GaussianMixture(components, max_iter=ITERATIONS, random_state=seed).fit(x)


def one_fit(x_train, x_test):
    fitted = {}

    tasks = {
        "GaussianMixture": lambda: fitted.update(bare=bare(x_train, FIT["components"])),
        "Mixture": lambda: fitted.update(ours=Mixture(FIT["components"]).fit(x_train)),
    }
    seconds = {name: best_and_median(s) for name, s in interleaved(tasks).items()}
    held_out = {
        "GaussianMixture": fitted["bare"].score(x_test),
        "Mixture": float(fitted["ours"].log_likelihood(x_test).mean()),
    }
    steps = {"GaussianMixture": int(fitted["bare"].n_iter_), "Mixture": fitted["ours"].steps}
    rows = [
        (name, s["best"], s["median"], steps[name], f"{held_out[name]:.4f}")
        for name, s in seconds.items()
    ]
    table(
        f"{FIT['components']} full components on {FIT['points']:,} × {FIT['features']}",
        ("what", "best, s", "median, s", "steps", "held out, nats a point"),
        rows,
    )
    ratios = {
        kind: seconds["Mixture"][kind] / seconds["GaussianMixture"][kind]
        for kind in ("best", "median")
    }
    print(
        f"Mixture takes {ratios['best']:.2f} of the time of GaussianMixture (median: "
        f"{ratios['median']:.2f}), {seconds['Mixture']['best']:.0f} s of the {ALLOWED_SECONDS} s "
        f"allowed."
    )
    difference = held_out["Mixture"] - held_out["GaussianMixture"]
    print(f"Held out it is {difference:+.4f} nats away; {ALLOWED_NATS} are allowed.")
    return {"seconds": seconds, "held_out": held_out, "steps": steps, "ratios": ratios}


def sweep(x_train, x_test):
    x, held_out = x_train[: SWEEP["points"], : SWEEP["features"]], x_test[:, : SWEEP["features"]]
    numbers, starts = SWEEP["components"], SWEEP["starts"]
    found = {}

    def loop():
        found["loop"] = [[bare(x, k, start) for start in range(starts)] for k in numbers]

    def ours():
        found["ours"] = select_components(x, numbers, starts=starts, iterations=ITERATIONS)

    tasks = {"loop": loop, "ours": ours}
    seconds = {name: best_and_median(s) for name, s in interleaved(tasks, rounds=2).items()}
    with threadpool_limits(1):
        theirs = np.array([[fit.score(held_out) for fit in row] for row in found["loop"]])
        bic = np.array([[fit.bic(x) for fit in row] for row in found["loop"]])
        selection = select_components(x, numbers, starts=starts, held_out=held_out)
    differences = np.abs(selection.table["held_out"] - theirs)
    chosen = {"loop": numbers[int(bic.min(axis=1).argmin())], "ours": selection.chosen}
    rows = [
        (name, s["best"], s["median"], f"{seconds['loop']['best'] / s['best']:.1f}")
        for name, s in seconds.items()
    ]
    table(
        f"{numbers[0]} to {numbers[-1]} components × {starts} starts on {len(x):,} × {x.shape[1]}, "
        f"{environment.usable_cores()} cores",
        ("what", "best, s", "median, s", "times as fast (best)"),
        rows,
    )
    print(
        f"{seconds['ours']['best']:.0f} s of the {ALLOWED_SECONDS} s allowed. Held out, the fits "
        f"differ by {np.median(differences):.4f} nats in the median, {differences.max():.4f} at "
        f"most; the loop chooses {chosen['loop']} components, select_components {chosen['ours']}."
    )
    print(selection)
    return {
        "seconds": seconds,
        "chosen": chosen,
        "held_out_difference": {
            "median": float(np.median(differences)),
            "largest": float(differences.max()),
        },
    }


def main():
    x_train, x_test, images = features()
    measured = {"data": f"{images.name} ({images.source})", "fit": one_fit(x_train, x_test)}
    gc.collect()
    measured["sweep"] = sweep(x_train, x_test)
    store("mixtures", measured)


if __name__ == "__main__":
    main()
