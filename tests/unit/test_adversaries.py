import keras
import numpy as np
import pytest
from keras import ops

from course_utils import adversaries


def test_the_convolutional_pair_has_the_published_numbers_of_weights():
    generator = adversaries.conv_generator((28, 28, 1))
    discriminator = adversaries.conv_discriminator((28, 28, 1))
    assert (generator.count_params(), discriminator.count_params()) == (1_164_289, 40_705)


@pytest.mark.parametrize(
    "build",
    [adversaries.dense_generator, adversaries.conv_generator],
)
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 64, 3)])
def test_generators_make_images_in_range(build, shape):
    made = ops.convert_to_numpy(build(shape, 7)(np.random.default_rng(0).normal(size=(2, 7))))
    assert made.shape == (2, *shape)
    assert made.min() >= 0
    assert made.max() <= 1


def test_a_generator_that_cannot_double_its_grid_says_so():
    with pytest.raises(ValueError, match="divisible by 4, found 30 × 28"):
        adversaries.conv_generator((30, 28, 1))


@pytest.mark.parametrize(
    ("build", "dropout"),
    [(adversaries.dense_discriminator, 0.5), (adversaries.conv_discriminator, 0.4)],
)
def test_discriminators_give_one_logit_and_drop_only_where_asked(build, dropout):
    def dropping(network):
        return [one.rate for one in network.layers if isinstance(one, keras.layers.Dropout)]

    network = build((28, 28, 1), dropout=dropout)
    assert network.output_shape == (None, 1)
    assert set(dropping(network)) == {dropout}
    assert dropping(build((28, 28, 1), dropout=0.0)) == []


def test_the_folds_of_a_network_of_points_are_spread_where_asked():
    """With biases of zero every fold of the first layer runs through the origin."""
    keras.utils.set_random_seed(0)
    for spread, lowest, highest in ((0.0, 0, 0), (1.5, 0.3, 1.5)):
        first = adversaries.points_network(1, 1, spread=spread).layers[0]
        slopes, biases = (ops.convert_to_numpy(w.value) for w in first.weights)
        assert lowest <= abs(biases).mean() <= highest
        assert np.isfinite(biases / slopes[0]).all()


@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_dcgan_has_the_weights_counted_by_hand(batch_norm):
    norm = 4 * batch_norm  # numbers for each channel
    generator = adversaries.dcgan_generator((32, 32, 3), 100, 32, batch_norm)
    assert generator.count_params() == (
        101 * 2048 + (16 * 128 + 1) * 64 + (16 * 64 + 1) * 32 + 16 * 32 * 3 + 3
        + norm * (128 + 64 + 32)
    )  # fmt: skip
    discriminator = adversaries.dcgan_discriminator((32, 32, 3), 32, batch_norm)
    assert discriminator.count_params() == (
        49 * 32 + (16 * 32 + 1) * 64 + (16 * 64 + 1) * 128 + 2049 + norm * (64 + 128)
    )


@pytest.mark.parametrize("size", [8, 16, 64])
def test_a_dcgan_makes_and_judges_square_images_of_every_power_of_two(size):
    shape = (size, size, 1)
    noise = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    made = adversaries.dcgan_generator(shape, 5, 4)(noise)
    assert made.shape == (2, *shape)
    assert abs(ops.convert_to_numpy(made)).max() <= 1
    assert adversaries.dcgan_discriminator(shape, 4)(made).shape == (2, 1)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 16, 3), (4, 4, 1)])
@pytest.mark.parametrize("build", [adversaries.dcgan_generator, adversaries.dcgan_discriminator])
def test_a_dcgan_of_another_size_is_refused(build, shape):
    with pytest.raises(ValueError, match=r"square and 8, 16, 32"):
        build(shape)
