"""Fashion-MNIST: photographs of clothing (Xiao, Rasul, Vollgraf; Zalando Research). MIT."""

from course_utils.data.files import RealSet
from course_utils.data.layouts import IDX_FILES

STAND_IN = "garments"

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

_IDX_MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)

REAL_SET = RealSet(
    name="fashion_mnist",
    title="Fashion-MNIST",
    # Of the arrays that, written as IDX files and gzipped, have the MD5s of Zalando's README.
    sha256={
        "x_train": "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
        "y_train": "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
        "x_test": "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
        "y_test": "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
    },
    class_names=CLASS_NAMES,
    mirrors=tuple(tuple(mirror + name for name in IDX_FILES) for mirror in _IDX_MIRRORS),
    folders=("fashion_mnist", "fashion-mnist", "FashionMNIST", "FashionMNIST/raw", "data/fashion"),
)
