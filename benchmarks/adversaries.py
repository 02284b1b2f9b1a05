"""How much faster is a step of the course's adversarial models than the step as it is published?

The networks of the Keras examples "DCGAN to generate face images" (64 × 64 × 3, batches of 64) and
"WGAN-GP overriding Model.train_step" (28 × 28 × 1, batches of 512, three critic steps), without
their dropout, which the penalty forbids, and with logits in place of the sigmoid. Two ways to
train them, in turns within one process:

- as published: real and generated images joined in one batch (DCGAN), the generator's pass made
  anew for its own update, on fresh noise;
- the course's `GAN` and `WassersteinGANGP`.

A process for each backend and precision. The rate of matrix products of the same process stands
beside; the operations of a step are those that the course's step needs: each convolution forward,
and once more for each gradient.
"""

import importlib.util
import json
import os
import subprocess
import sys

from _harness import best_and_median, interleaved, store, table

BACKENDS, PRECISIONS = ("tensorflow", "jax", "torch"), ("float32", "mixed_bfloat16")
ROUNDS, STEPS = 5, 4


def networks(kind):
    """Generator and critic of a Keras example."""
    from keras import Input, Sequential, layers

    if kind == "DCGAN":
        generator = [Input((128,)), layers.Dense(8 * 8 * 128), layers.Reshape((8, 8, 128))]
        for filters in (128, 256, 512):
            generator += [layers.Conv2DTranspose(filters, 4, strides=2, padding="same")]
            generator += [layers.LeakyReLU(0.2)]
        generator += [layers.Conv2D(3, 5, padding="same", activation="sigmoid", dtype="float32")]
        critic = [Input((64, 64, 3))]
        for filters in (64, 128, 128):
            critic += [layers.Conv2D(filters, 4, strides=2, padding="same"), layers.LeakyReLU(0.2)]
    else:
        generator = [Input((128,)), layers.Dense(4 * 4 * 256, use_bias=False)]
        generator += [layers.BatchNormalization(), layers.LeakyReLU(0.2)]
        generator += [layers.Reshape((4, 4, 256))]
        for filters in (128, 64, 1):
            generator += [layers.UpSampling2D(2)]
            generator += [layers.Conv2D(filters, 3, padding="same", use_bias=False)]
            generator += [layers.BatchNormalization()]
            generator += [layers.LeakyReLU(0.2) if filters > 1 else layers.Activation("tanh")]
        generator += [layers.Cropping2D(2)]
        critic = [Input((28, 28, 1)), layers.ZeroPadding2D(2)]
        for filters in (64, 128, 256, 512):
            critic += [layers.Conv2D(filters, 5, strides=2, padding="same"), layers.LeakyReLU(0.2)]
    return Sequential(generator), Sequential([*critic, layers.Flatten(), layers.Dense(1)])


def published():
    """The two models whose steps are as the examples write them, on any backend."""
    import keras
    from keras import ops

    from course_utils.gradients import input_gradient, value_and_gradients
    from course_utils.models import GAN, WassersteinGANGP

    class Published:
        def move(self, network, loss):
            weights = getattr(self, network).trainable_variables
            name = self.critic_name if network == "critic" else network
            value, gradients = value_and_gradients(
                lambda: self.optimizer.scaled(name, loss()), weights
            )
            self.optimizer.apply_to(name, gradients, weights)
            self.means[network == "generator"].update_state(value)

        def answers(self, images):
            return ops.cast(self.critic(images, training=True), "float32")

    class PublishedGAN(Published, GAN):
        def alternate(self, real):
            count, real = ops.shape(real)[0], ops.cast(real, "float32")
            together = ops.concatenate([ops.cast(self._draw(count), "float32"), real])
            labels = ops.concatenate([ops.ones((count, 1)), ops.zeros((count, 1))])
            labels += 0.05 * keras.random.uniform(ops.shape(labels), seed=self.noise_generator)

            def entropy(targets, logits):
                return ops.mean(ops.binary_crossentropy(targets, logits, from_logits=True))

            self.move("critic", lambda: entropy(labels, self.answers(together)))
            self.move(
                "generator",
                lambda: entropy(ops.zeros((count, 1)), self.answers(self._draw(count))),
            )

    class PublishedWassersteinGANGP(Published, WassersteinGANGP):
        def alternate(self, real):
            count, real = ops.shape(real)[0], ops.cast(real, "float32")

            def critic_loss():
                fake = self._draw(count)
                share = keras.random.uniform((count, 1, 1, 1), seed=self.noise_generator)
                slope = input_gradient(self.answers, real + share * (fake - real))
                norm = ops.sqrt(ops.sum(ops.square(slope), axis=(1, 2, 3)) + 1e-12)
                penalty = ops.mean(ops.square(norm - 1))
                gap = ops.mean(self.answers(fake)) - ops.mean(self.answers(real))
                return gap + 10.0 * penalty

            for _ in range(self.critic_steps):
                self.move("critic", critic_loss)
            self.move("generator", lambda: -ops.mean(self.answers(self._draw(count))))

    return {"DCGAN": (PublishedGAN, GAN),
            "WGAN-GP": (PublishedWassersteinGANGP, WassersteinGANGP)}  # fmt: skip


def operations(network):
    """Operations of one image through a network, a multiplication and an addition counted as 2."""
    import math

    import keras

    total = 0
    for layer in network.layers:
        if hasattr(layer, "kernel"):
            transposed = isinstance(layer, keras.layers.Conv2DTranspose)
            grid = (layer.input if transposed else layer.output).shape[1:3]
            count = math.prod(layer.kernel.shape)
            total += 2 * count * (math.prod(grid) if len(layer.kernel.shape) == 4 else 1)
    return total


def product_rate(precision, size=2048):
    """A function that multiplies two large matrices, and its operations."""
    import keras
    from keras import ops

    kind = "bfloat16" if "bfloat16" in precision else "float32"
    a, b = (ops.cast(keras.random.normal((size, size), seed=s), kind) for s in (0, 1))
    return lambda: ops.convert_to_numpy(ops.sum(ops.cast(ops.matmul(a, b), "float32"))), 2 * size**3


def measure():
    """Images per second of both ways, and the rate of matrix products, in this process."""
    from course_utils import environment

    environment.start(seed=0)
    import keras
    import numpy as np

    from course_utils.models import PerNetwork
    from course_utils.training.epochs import Batches, choose_speed

    precision = os.environ["COURSE_PRECISION"]
    keras.config.set_dtype_policy(precision)
    found = {}
    for kind, classes in published().items():
        batch = {"DCGAN": 64, "WGAN-GP": 512}[kind]
        tasks = {}
        for name, build in zip(("published", "course"), classes, strict=True):
            keras.utils.set_random_seed(0)
            generator, critic = networks(kind)
            options = {"critic_steps": 3} if kind == "WGAN-GP" else {}
            model = build(generator, critic, **options)
            model.compile(PerNetwork(**{n: keras.optimizers.Adam(1e-4, 0.5, 0.9)
                                        for n in ("generator", model.critic_name)}))  # fmt: skip
            shape = (STEPS * batch, *critic.input_shape[1:])
            images = np.random.default_rng(0).random(shape, dtype="float32")
            images = images - (kind == "WGAN-GP") * 0.5  # its generator ends in tanh
            model.steps_per_execution = 1
            choose_speed(model)
            model.steps_per_execution = STEPS
            batches = Batches(images, images, np.arange(len(images)), batch)

            def task(model=model, batches=batches):
                keras.Model.fit(model, batches, verbose=0, shuffle=False)

            tasks[name] = task
        multiply, flops = product_rate(precision)
        seconds = interleaved({**tasks, "product": multiply}, ROUNDS)
        g, d = operations(generator), operations(critic)
        # Forward and gradients: real and generated images through the critic, its slope pulled
        # back; of the penalty its pass, its slope, and the gradients through both.
        steps = 3 if kind == "WGAN-GP" else 1
        needed = (steps + 2) * g + steps * 6 * d + 2 * d + (steps * 6 * d if steps > 1 else 0)
        rates = {n: [STEPS * batch / s for s in seconds[n]] for n in tasks}
        found[kind] = {
            "images per second": rates,
            "products, GFLOP/s": flops / min(seconds["product"]) / 1e9,
            "course, GFLOP/s": needed * max(rates["course"]) / 1e9,
        }
    print(json.dumps(found))


def main():
    results, rows = {}, []
    for backend in BACKENDS:
        if importlib.util.find_spec(backend) is None:
            continue
        for precision in PRECISIONS:
            variables = {"KERAS_BACKEND": backend, "COURSE_PRECISION": precision,
                         "COURSE_PROFILE": "cpu"}  # fmt: skip
            done = subprocess.run(
                [sys.executable, __file__, "measure"], env={**os.environ, **variables},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                print(f"{backend}, {precision}: {done.stderr.strip().splitlines()[-1]}")
                continue
            results[f"{backend}, {precision}"] = json.loads(done.stdout.splitlines()[-1])
    base = results.get("tensorflow, float32", {})
    for setting, kinds in results.items():
        for kind, found in kinds.items():
            rates = found["images per second"]
            best = {name: max(all_) for name, all_ in rates.items()}
            found["summary"] = {n: best_and_median(all_) | {"best": max(all_)}
                                for n, all_ in rates.items()}  # fmt: skip
            median = found["summary"]["course"]["median"] / found["summary"]["published"]["median"]
            plain = max(base[kind]["images per second"]["published"]) if base else float("nan")
            rows.append((
                kind, setting, best["published"], best["course"],
                f"{best['course'] / best['published']:.2f}× ({median:.2f}×)",
                f"{best['course'] / plain:.2f}×",
                f"{found['course, GFLOP/s'] / found['products, GFLOP/s']:.0%}",
            ))  # fmt: skip
    table(
        "Images per second in training",
        ("networks", "backend, precision", "published", "course", "ratio of best (median)",
         "against published, TensorFlow float32", "of the rate of matrix products"),
        rows,
    )  # fmt: skip
    store("adversaries", {"rounds": ROUNDS, "steps a round": STEPS, "settings": results})


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
