"""MNIST: handwritten digits (LeCun, Cortes, Burges). CC BY-SA 3.0."""

from course_utils.data.files import RealSet
from course_utils.data.layouts import IDX_FILES

STAND_IN = "digits"

_IDX_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

REAL_SET = RealSet(
    name="mnist",
    title="MNIST",
    # Of the arrays that, written as IDX files, have the MD5s published with MNIST.
    sha256={
        "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    },
    class_names=tuple("0123456789"),
    mirrors=(
        ("https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",),
        *(tuple(mirror + name for name in IDX_FILES) for mirror in _IDX_MIRRORS),
    ),
    folders=("mnist", "MNIST", "MNIST/raw"),
)
