"""How long does `evaluation.report` take on 10,000 images against 10,000, and how much memory?

The first report makes the real side (features, floor, nearest training images); the second finds it
made. The classifier is trained before, once, and its time and accuracy are told apart.
"""

import resource

import numpy as np
from _harness import interleaved, store, table

from course_utils import data, environment, evaluation
from course_utils.models import Mixture

ALLOWED_SECONDS, ALLOWED_GIGABYTES = 60, 2
COUNT = 10_000


def measure(name):
    images = data.load(name)
    classifier = evaluation.course_classifier(images.name)
    fake = np.clip(Mixture(10, pca=16).fit(images.x_train[:10_000]).sample(COUNT), 0, 1)
    count = min(COUNT, len(images.x_test), len(classifier.set_aside))

    def anew():
        evaluation.Yardstick(images, count).report(fake)

    kept = evaluation.Yardstick(images, count)
    seconds = interleaved({"first": anew, "second": lambda: kept.report(fake)}, rounds=2)
    return {
        "data": f"{images.name} ({images.source})",
        "count": count,
        "seconds": seconds,
        "classifier": {"seconds": classifier.seconds, "accuracy": classifier.accuracy},
    }


def main():
    environment.start(seed=0)
    measured = [measure(name) for name in ("mnist", "fashion_mnist")]
    rows = []
    for result in measured:
        for which, seconds in result["seconds"].items():
            rows += [(result["data"], f"{which} report", min(seconds), float(np.median(seconds)))]
        trained = result["classifier"]
        rows += [(result["data"], f"classifier, {trained['accuracy']:.1%}", trained["seconds"], "")]
    table(f"{COUNT:,} images against {COUNT:,}", ("data", "what", "best, s", "median, s"), rows)
    # Linux counts in kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"Peak memory {peak:.2f} GB, both data sets and TensorFlow included; allowed are "
        f"{ALLOWED_SECONDS} s and {ALLOWED_GIGABYTES} GB."
    )
    store("reports", {"sets": measured, "peak_gigabytes": peak})


if __name__ == "__main__":
    main()
