"""`course train`: what is planned, said, refused and saved."""

import json

import keras
import numpy as np
import pytest

from course_tools import trainings
from course_tools.series import CourseError


@pytest.fixture
def lines():
    return []


def small(name="celeba-wgan-gp", **asked):
    budget = {"train_size": 70, "image_size": 16, "filters": 4, "batch_size": 32, "epochs": 1}
    return trainings.planned(name, "smoke", **{**budget, **asked})


def test_what_is_not_asked_for_is_the_profile_s():
    plan = trainings.planned("celeba-vae", "gpu", epochs=3, batch_size=None)
    assert (plan.image_size, plan.batch_size, plan.epochs) == (64, 128, 3)


@pytest.mark.parametrize(
    ("name", "profile", "message"),
    [("celeba-gan", "cpu", "celeba-wgan-gp"), ("celeba-vae", "tpu", "smoke, cpu, gpu")],
)
def test_unknown_names_are_told_with_the_known_ones(name, profile, message):
    with pytest.raises(CourseError, match=message):
        trainings.planned(name, profile)


def test_a_dry_run_says_what_would_be_trained_and_writes_nothing(tmp_path, lines):
    plan = trainings.planned("celeba-wgan-gp", "cpu")
    trainings.train(plan, tmp_path / "out", lines.append, dry=True)
    (told,) = lines
    assert "9,000 faces of 32 pixels, drawn faces" in told
    assert "10 epochs, 1,400 updates in batches of 64, on one device" in told
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.parametrize("name", trainings.TRAININGS)
def test_a_training_saves_a_model_that_draws_faces_in_a_plain_process(name, tmp_path, lines):
    trainings.train(small(name), tmp_path / "out", lines.append)
    assert "64 faces" in lines[0], "whole batches"
    model = keras.models.load_model(tmp_path / "out" / "model.keras")
    drawn = model.sample(2, seed=0)
    assert drawn.shape == (2, 16, 16, 3)
    assert np.isfinite(drawn).all()
    history = json.loads((tmp_path / "out" / "history.json").read_text("utf-8"))
    assert history["plan"]["name"] == name
    assert {*history} > {"plan", "devices"}


def test_the_saved_model_is_the_trained_one(tmp_path, lines):
    for epochs in (1, 2):
        trainings.train(small(epochs=epochs), tmp_path / str(epochs), lines.append)
    drawn = [
        keras.models.load_model(tmp_path / epochs / "model.keras").sample(2, seed=0)
        for epochs in ("1", "2")
    ]
    assert abs(drawn[0] - drawn[1]).max() > 0


def test_a_batch_larger_than_the_data_is_refused(tmp_path, lines):
    with pytest.raises(CourseError, match="70 training images make no batch of 128"):
        trainings.train(small(batch_size=128), tmp_path, lines.append)
