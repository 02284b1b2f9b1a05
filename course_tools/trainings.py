"""The trainings of the faces notebooks as scripts, on every device there is.

    course train celeba-wgan-gp --profile gpu
    course train celeba-wgan-gp --dry-run

The DCGAN and the VAE of the faces notebooks, and its games as they were published (the Wasserstein
ones with five critic steps); what is drawn, measured and shown stays in the notebooks. A launcher
starts the same command on several machines (`TF_CONFIG`, see README.md), and starts it again if it
was stopped: it goes on after the last epoch that was stored.
"""

import dataclasses
import json

from course_tools.series import CourseError
from course_utils import data, environment, storage
from course_utils.data import celeba, celeba_tables

NOISE_DIM = 100
CODE_SIZE = 64


@dataclasses.dataclass(frozen=True)
class Plan:
    """One training.

    Attributes:
        name: one of `TRAININGS`.
        profile: `smoke`, `cpu` or `gpu`, whose budget the other numbers are unless asked otherwise.
        train_size: training images; None takes all.
        image_size: height and width in pixels.
        filters: channels next to the image.
        batch_size: images for each update, of all devices together.
        epochs: passes over the images.
        seed: of first weights, order and noise.
    """

    name: str
    profile: str
    train_size: int | None
    image_size: int
    filters: int
    batch_size: int
    epochs: int
    seed: int = 0

    @property
    def run(self):
        """Name of the stored run."""
        size = f"{self.train_size or 'all'}x{self.image_size}, batch {self.batch_size}"
        return f"train/{self.name}/{size}, {self.epochs} epochs, seed {self.seed}"


BUDGETS = {
    "smoke": {"train_size": 640, "image_size": 32, "filters": 8, "batch_size": 32, "epochs": 2},
    "cpu": {"train_size": 9_000, "image_size": 32, "filters": 32, "batch_size": 64, "epochs": 10},
    "gpu": {"train_size": None, "image_size": 64, "filters": 64, "batch_size": 128, "epochs": 30},
}


def planned(name, profile, **asked):
    """The `Plan` of a training: the profile's budget, and what was asked for instead.

    Raises:
        CourseError: there is no such training or profile.
    """
    if name not in TRAININGS:
        raise CourseError(f"unknown training {name!r}. Choose one of: {', '.join(TRAININGS)}.")
    if profile not in BUDGETS:
        raise CourseError(f"unknown profile {profile!r}. Choose one of: {', '.join(BUDGETS)}.")
    changes = {key: value for key, value in asked.items() if value is not None}
    return Plan(name, profile, **{**BUDGETS[profile], **changes})


def train(plan, folder, say, dry=False):
    """Train as planned, or only say what would be done.

    Args:
        plan: Plan.
        folder: `Path` where the model goes, as `model.keras`, with its history beside it.
        say: function of a line of text.
        dry: whether nothing is trained.

    Raises:
        CourseError: a batch that the devices cannot share, devices that cannot be joined, data that
            are not there, or a training that broke.
    """
    environment.quiet_logs()
    with environment.silenced_stderr():
        from course_utils.training import devices, fit, state
    try:
        with devices.all_devices() as used:
            environment.start(seed=plan.seed)
            images = None if dry else _faces(plan)
            count = _expected(plan) if dry else len(images.x_train)
            used.check_batch(plan.batch_size, count - count % plan.batch_size)
            model = built(plan, count, used)
            say(_told(plan, images, count, model, used))
            if dry:
                return
            run = fit(model, images.x_train, epochs=plan.epochs, batch_size=plan.batch_size,
                      seed=plan.seed, run=plan.run)  # fmt: skip
            trained = state.state_of(model)
        if used.index:
            return  # the first worker saves
        plain = built(plan, count, devices.Devices())
        state.build_optimizers(plain)
        state.put_state(plain, trained)
        with storage.atomic_write(folder / "model.keras") as temporary:
            plain.save(temporary)
        with storage.atomic_write(folder / "history.json") as temporary:
            about = {"plan": dataclasses.asdict(plan), "devices": str(used), **run.history}
            temporary.write_text(json.dumps(about, indent=1), encoding="utf-8")
    except (ValueError, RuntimeError, ArithmeticError) as error:
        raise CourseError(str(error)) from error
    say(f"model and history are in {folder}")


def _expected(plan):
    """How many training images there will be."""
    return plan.train_size or (celeba_tables.LAST_OF_TRAIN if celeba.where() else 20_000)


def _faces(plan):
    """Photographs where they are, else drawn faces; a whole number of batches, in [-1, 1].

    Several devices cannot share a smaller last batch, and one device trains as several would.
    """
    images = data.load("celeba", train_size=plan.train_size, image_size=plan.image_size)
    count = len(images.x_train)
    if count < plan.batch_size:
        raise CourseError(
            f"{count:,} training images make no batch of {plan.batch_size}: take more images, or "
            f"a smaller --batch-size."
        )
    if count % plan.batch_size:
        whole = count - count % plan.batch_size
        images = data.load("celeba", train_size=whole, image_size=plan.image_size)
    return images if plan.name == "celeba-vae" else images.scaled(-1, 1)


def _told(plan, images, count, model, used):
    """What is about to be trained, in two lines."""
    if images is not None:
        faces = f"{images.name} ({images.source})"
    else:
        faces = f"photographs in {celeba.where()}" if celeba.where() else "drawn faces, no CelebA"
    networks = ("generator", "critic", "encoder", "decoder")
    sizes = ", ".join(f"{name} {getattr(model, name).count_params():,} weights"
                      for name in networks if hasattr(model, name))  # fmt: skip
    updates = plan.epochs * (count // plan.batch_size)
    return (
        f"{plan.name}: {count:,} faces of {plan.image_size} pixels, {faces}; {sizes}\n"
        f"{plan.epochs} epochs, {updates:,} updates in batches of {plan.batch_size}, on {used}; "
        f"kept after each epoch as {plan.run!r}"
    )


def built(plan, count, used):
    """The compiled model, as the devices need it."""
    import keras

    from course_utils.models import shared_batch

    share = used.count > 1 and keras.backend.backend() == "tensorflow"
    keras.utils.set_random_seed(plan.seed)
    updates = plan.epochs * (count // plan.batch_size)
    model = TRAININGS[plan.name](plan, updates, shared_batch.shared if share else lambda kind: kind)
    if share:
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True  # statistics of the whole batch
    return model


def _game(kind, judge_norm=False, optimizer="Adam", rate=2e-4, **options):
    """What builds a game on DCGAN's networks: function of a plan, its updates, and which class."""

    def build(plan, updates, which):
        import keras

        from course_utils import adversaries, models
        from course_utils.training import HoldThenFall

        shape = (plan.image_size, plan.image_size, 3)
        generator = adversaries.dcgan_generator(shape, NOISE_DIM, plan.filters)
        judge = adversaries.dcgan_discriminator(shape, plan.filters, judge_norm)
        model = which(getattr(models, kind))(generator, judge, seed=plan.seed, **options)
        moments = {"beta_1": 0.5, "beta_2": 0.99} if optimizer == "Adam" else {}
        made = getattr(keras.optimizers, optimizer)
        players = {
            player: made(HoldThenFall(rate, updates * steps), **moments)
            for player, steps in (("generator", 1), (model.critic_name, model.critic_steps))
        }
        model.compile(which(models.PerNetwork)(**players))
        return model

    return build


def _vae(plan, updates, which):
    """The VAE of notebook 15."""
    from course_utils import architectures, models
    from course_utils.training import recipe

    shape = (plan.image_size, plan.image_size, 3)
    filters = [plan.filters * 2**step for step in range((plan.image_size // 8).bit_length())]
    encoder = architectures.conv_vae_encoder(shape, CODE_SIZE, filters)
    decoder = architectures.conv_decoder(shape, CODE_SIZE, filters[::-1])
    model = which(models.VAE)(encoder, decoder, "learned gaussian")
    model.compile(recipe(updates, 2e-3))
    return model


TRAININGS = {
    "celeba-dcgan": _game("GAN", judge_norm=True),
    "celeba-wgan": _game("WassersteinGAN", optimizer="RMSprop", rate=1e-4, clip=0.01),
    "celeba-wgan-gp": _game("WassersteinGANGP"),
    "celeba-relativistic": _game("RelativisticGAN", r1=1.0, r2=1.0),
    "celeba-vae": _vae,
}
